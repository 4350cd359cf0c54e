// npm run lock: installs, and writes a lock file from which old versions of npm can install too.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withoutOldNpmTraps, type Lock } from "./lock-traps.ts";

const root = join(import.meta.dirname, "..");
const file = join(root, "package-lock.json");

const { status } = spawnSync("npm", ["install", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
if (status === 0) {
  const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
  writeFileSync(file, `${JSON.stringify(withoutOldNpmTraps(lock), null, 2)}\n`);
}
process.exitCode = status ?? 1;
