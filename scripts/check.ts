// npm run check [-- --without tests]
// The gate, the same for people and for CI: runs the steps, fastest first, and stops at the first that fails.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";

interface Step {
  name: string;
  command: [string, ...string[]];
}

const steps: Step[] = [
  { name: "generated files are fresh", command: ["node", "scripts/generate.ts", "--check"] },
  { name: "format", command: ["prettier", "--check", "--log-level=warn", "."] },
  { name: "lint", command: ["oxlint", "--deny-warnings"] },
  { name: "types", command: ["tsc", "--noEmit", "--pretty", "false"] },
  { name: "imports", command: ["depcruise", "--config", "scripts/structure/import-rules.mjs", "."] },
  {
    name: "contract",
    command: ["redocly", "lint", "--config", "scripts/contract/redocly.yaml", "openapi.yaml"],
  },
  { name: "tests", command: ["node", "scripts/test.ts"] },
];

const { values: options } = parseArgs({
  options: { without: { type: "string", multiple: true, default: [] } },
});
const root = join(import.meta.dirname, "..");
const width = Math.max(...steps.map(({ name }) => name.length));

for (const step of steps.filter(({ name }) => !options.without.includes(name))) {
  const startedAt = performance.now();
  const { ok, output } = await run(step);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(
    `${ok ? "✓" : "✗"} ${step.name.padEnd(width)} ${seconds} s   ${ok ? summaryOf(step, output) : "failed"}`,
  );
  if (ok) continue;
  console.log(`\n${output.trim()}\n\nTo run only this step: npx --no-install ${step.command.join(" ")}`);
  process.exitCode = 1;
  break;
}

async function run({ command: [tool, ...parameters] }: Step): Promise<{ ok: boolean; output: string }> {
  const { failed, all, shortMessage } = await execa(tool, parameters, {
    cwd: root,
    env: { NO_COLOR: "1" },
    preferLocal: true,
    stdin: "ignore",
    all: true,
    reject: false,
  });
  return { ok: !failed, output: all || (shortMessage ?? "") };
}

/** The last line of the tests, which counts them. Of other steps it is enough that they passed. */
function summaryOf({ name }: Step, output: string): string {
  return name === "tests" ? (output.trimEnd().split("\n").at(-1) ?? "") : "";
}
