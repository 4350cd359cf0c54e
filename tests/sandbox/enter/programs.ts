import { spawnSync } from "node:child_process";

/** What the attacks use. A missing one would make an attack fail for the wrong reason. */
const needed = [
  "git",
  "unshare",
  "setpriv",
  "nsenter",
  "mount",
  "ip",
  "bwrap",
  "curl",
  "wget",
  "ssh",
  "python3",
  "vim",
  "node",
  "npm",
];

export function missingPrograms(): string[] {
  return needed.filter((name) => spawnSync("sh", ["-c", 'command -v "$0"', name]).status !== 0);
}
