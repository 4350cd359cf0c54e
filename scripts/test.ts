// npm test [-- vitest filters and options]. Other commands, such as `npm run test:isolation`, pass a configuration of their own.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

if (spawnSync("git", ["--version"]).error) {
  console.error("The tests need git, because they clone and diff real repositories: please install it.");
  process.exitCode = 1;
} else process.exitCode = runVitest();

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
