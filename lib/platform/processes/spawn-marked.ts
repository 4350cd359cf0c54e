import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { markerName } from "./marked.ts";

export interface Program {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment: only our mark is added, and nothing of the server's own. */
  env: Readonly<Record<string, string>>;
  stdin: "ignore" | "pipe";
  /** How many pipes it gets beside the usual ones, as descriptors 3 and up: `child.stdio`. */
  furtherPipes?: number;
}

export type ChildProcess = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** Starts a program in its own process group, with a mark in its environment. */
export function spawnMarked(program: Program, mark: string): ChildProcess {
  const { file, args, cwd, env, stdin, furtherPipes = 0 } = program;
  return spawn(file, args, {
    cwd,
    env: { ...env, [markerName]: mark },
    detached: true,
    stdio: [stdin, "pipe", "pipe", ...Array.from({ length: furtherPipes }, () => "pipe" as const)],
  }) as ChildProcess; // The types do not cover a kind of stdin that is chosen at run time.
}
