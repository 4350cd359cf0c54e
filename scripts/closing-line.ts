import type { Reporter, TestModule } from "vitest/node";

/** Ends a test run with one line for people and for CI: `N passed, N failed`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const count = (state: string) => states.filter((found) => found === state).length;
    // When a file or suite breaks outside its tests, no test fails, so it is counted here.
    const broken = modules.flatMap(brokenParts).length + unhandledErrors.length;
    const skipped = count("skipped");
    const failed = count("failed") + count("pending") + broken;
    // After the output of the other reporters.
    process.once("exit", () => {
      console.log(
        `\n${count("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
      );
    });
  }
}

function brokenParts(module: TestModule): unknown[] {
  return [module, ...module.children.allSuites()].filter((part) => part.errors().length > 0);
}
