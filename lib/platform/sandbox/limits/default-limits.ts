import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import type { SandboxLimits } from "../../../ports/sandbox.ts";

const GiB = 1024 ** 3;

/**
 * Room for large builds; a bomb ends before the host is in need. Processes: package managers and test runners use up to
 * about 200. Memory: 60% of the host's, so that the server and the system keep theirs.
 */
export function defaultLimits(): SandboxLimits {
  return {
    processes: atMost("processes", 512),
    memoryBytes: Math.round(totalmem() * 0.6),
    fileBytes: atMost("file size", 4 * GiB),
    openFiles: atMost("open files", 4096),
    workspaceBytes: 20 * GiB,
  };
}

/** Nobody but root may set a limit above the server's own hard one, as proc(5) shows it. */
function atMost(name: string, wanted: number): number {
  const pattern = new RegExp(`^Max ${name} +\\S+ +(\\d+)`, "m");
  const own = pattern.exec(ownLimits())?.[1];
  return own === undefined ? wanted : Math.min(wanted, Number(own));
}

/** Empty where there is no such file. */
function ownLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "latin1");
  } catch {
    return "";
  }
}
