import type { Processes } from "../../processes/processes.ts";
import { createRunProcess } from "../../run-process.ts";

/** Bytes on disk of the folders together, hard links counted once. */
export type MeasureFolders = (folders: readonly string[], signal: AbortSignal) => Promise<number>;

export function createMeasureFolders(processes: Processes): MeasureFolders {
  const run = createRunProcess(processes);
  return async (folders, signal) => {
    const { stdout } = await run({
      ...{ file: processes.programs.find("du"), args: ["-sxk", "--", ...folders] },
      ...{ cwd: "/", env: {}, stdoutBytesMax: 64 * 1024, signal },
    });
    const sizes = stdout
      .toString()
      .split("\n")
      .map((line) => Number.parseInt(line, 10) || 0);
    return sizes.reduce((sum, kibibytes) => sum + kibibytes * 1024, 0);
  };
}
