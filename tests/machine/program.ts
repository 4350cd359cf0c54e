import { spawnSync } from "node:child_process";

/** Throws, saying what to do, where the program is not on PATH. */
export function requireProgram(name: string, why: string): void {
  if (spawnSync(name, ["--version"]).error)
    throw new Error(`These tests need ${name}, because ${why}. Install it, then run them again.`);
}
