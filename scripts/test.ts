// npm test [-- vitest filters and options]
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const needs = [
  { tool: "git", why: "the workspace tests clone and diff real repositories" },
  { tool: "strace", why: "the fault tests let the disk fail under the real process" },
];

const missing = needs.filter(({ tool }) => spawnSync(tool, ["--version"]).error);
for (const { tool, why } of missing)
  console.error(`npm test needs ${tool}, because ${why}: please install it.`);
process.exitCode = missing.length > 0 ? 1 : runVitest();

function runVitest(): number {
  const root = join(import.meta.dirname, "..");
  const vitest = join(root, "node_modules/.bin/vitest");
  const reporters = ["--reporter=default", "--reporter=./scripts/closing-line.ts"];
  const run = spawnSync(vitest, ["run", ...reporters, ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
  });
  return run.status ?? 1;
}
