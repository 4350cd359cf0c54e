import { totalmem } from "node:os";
import type { SandboxLimits } from "../../../ports/sandbox.ts";

const GiB = 1024 ** 3;

/**
 * Room for large builds; a bomb ends before the host is in need. Processes: package managers and test runners use up to
 * about 200. Memory: 60% of the host's, so that the server and the system keep theirs.
 */
export function defaultLimits(): SandboxLimits {
  return {
    processes: 512,
    memoryBytes: Math.round(totalmem() * 0.6),
    fileBytes: 4 * GiB,
    openFiles: 4096,
    workspaceBytes: 20 * GiB,
  };
}
