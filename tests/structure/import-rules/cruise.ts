import { execFileSync } from "node:child_process";
import { join } from "node:path";

export interface Cruise {
  modules: { source: string }[];
  summary: {
    violations: { rule: { name: string }; from: string }[];
    ruleSetUsed: { forbidden: { name: string }[] };
  };
}

const bin = join(import.meta.dirname, "../../../node_modules/.bin/depcruise");

/** What dependency-cruiser says of a tree under the tree's own rules. */
export function cruise(root: string): Cruise {
  const parameters = [bin, "--config", "scripts/structure/import-rules.mjs", "--output-type", "json", "."];
  try {
    return JSON.parse(run(root, parameters));
  } catch (error) {
    // The exit code is the number of violations; the report is on standard output all the same.
    if (error instanceof Error && "stdout" in error) return JSON.parse(String(error.stdout));
    throw error;
  }
}

function run(cwd: string, parameters: string[]): string {
  return execFileSync(process.execPath, parameters, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}
