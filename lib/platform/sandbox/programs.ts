import type { TrustedPrograms } from "../programs/trusted-programs.ts";

/** Absolute paths of the programs with which the sandbox is made; undefined where the host has none. */
export type SandboxPrograms = Record<(typeof names)[number], string | undefined>;

const names = [
  ...(["bwrap", "unshare", "nsenter", "setpriv", "prlimit", "mount", "umount", "pivot_root"] as const),
  ...(["sh", "perl", "sandbox-exec"] as const),
];

export function findSandboxPrograms(programs: TrustedPrograms): SandboxPrograms {
  return Object.fromEntries(names.map((name) => [name, programs.lookFor(name)])) as SandboxPrograms; // One entry for each name.
}

/** A program that `missingPrograms` has checked. */
export function required(path: string | undefined): string {
  if (path === undefined) throw new Error("A program of the sandbox is missing on this host.");
  return path;
}
