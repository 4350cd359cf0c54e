import { stat } from "node:fs/promises";
import { join } from "node:path";
import { rgPath } from "@vscode/ripgrep";
import { ToolFailure } from "../../tool.ts";
import type { ProcessResult, RunProcess } from "../run-process.ts";

export interface RipgrepRun {
  /** The folder to search. Paths in the output are relative to it. */
  cwd: string;
  signal: AbortSignal;
  stdoutBytesMax: number;
}

export type Ripgrep = (args: readonly string[], run: RipgrepRun) => Promise<ProcessResult>;

const searchTimeoutMs = 10_000;

/**
 * Ripgrep that reads no configuration, follows no links and uses only the ignore files of the workspace. Rejects with a
 * ToolFailure when the search takes too long or is cancelled.
 */
export function createRipgrep(root: string, runProcess: RunProcess): Ripgrep {
  return async (args, run) => {
    const gitFolder = await stat(join(root, ".git")).catch(() => undefined);
    const result = await runProcess({
      file: rgPath,
      args: [...always, ...(gitFolder ? [] : ["--no-require-git"]), ...args],
      cwd: run.cwd,
      env: { LC_ALL: "C.UTF-8" },
      signal: run.signal,
      timeoutMs: searchTimeoutMs,
      stdoutBytesMax: run.stdoutBytesMax,
    });
    if (result.ended === "timeout")
      throw new ToolFailure(
        `The search took more than ${searchTimeoutMs / 1000} s and was stopped. Search a smaller folder.`,
      );
    if (result.ended === "cancelled") throw new ToolFailure("The search was cancelled.");
    return result;
  };
}

const always = [
  "--no-config",
  "--no-follow",
  "--no-ignore-global",
  "--hidden",
  "--no-messages",
  "--color=never",
];

/** Put them last, so that no other glob includes these folders again. */
export const excludedFolders = ["--glob=!.git", "--glob=!.talkcody"];

export function pathsOf(output: Buffer): string[] {
  return output.toString("utf8").split("\0").slice(0, -1);
}
