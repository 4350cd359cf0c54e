import { dirname } from "node:path";
import type { RunProgramFile } from "../operating/replica.ts";
import type { Processes } from "./processes/processes.ts";
import { createRunProcess } from "./run-process.ts";

/** Runs pages of ours with the Node that runs the server. They see of the environment what they are given. */
export function createRunProgramFile(
  processes: Processes,
  environment: Readonly<Record<string, string>>,
): RunProgramFile {
  const run = createRunProcess(processes);
  return async ({ page, args = [], env = {}, input }, signal) => {
    const { exitCode, stdout, stderr } = await run({
      file: process.execPath,
      args: [page, ...args],
      cwd: dirname(page),
      env: { ...environment, ...env },
      ...{ input, signal, stdoutBytesMax: 1024 * 1024 },
    });
    signal.throwIfAborted();
    return { exitCode, stdout: stdout.toString(), stderr };
  };
}
