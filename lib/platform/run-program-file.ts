import { dirname } from "node:path";
import type { RunProgramFile } from "../operating/replica.ts";
import type { Processes } from "./processes/processes.ts";
import { createRunProcess } from "./run-process.ts";

/** Runs program files of ours with the Node of the server. Their environment is `environment` and the `env` of each call. */
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
