import type { SandboxLimits } from "../../../ports/sandbox.ts";

/**
 * The bounds of single processes, set by prlimit inside of the namespaces: there the kernel counts only the processes of
 * this sandbox. Core files are never written.
 */
export function rlimitArguments({ processes, openFiles, fileBytes }: SandboxLimits): string[] {
  return [`--nproc=${processes}`, `--nofile=${openFiles}`, `--fsize=${fileBytes}`, "--core=0"];
}

/** 128 + SIGXFSZ: how a shell reports a program that wrote a file over the limit. */
const fileSizeExitCodes: readonly unknown[] = [153, "SIGXFSZ"];

export function exceededFileSize(exitCode: number | null, exitSignal: string | null): boolean {
  return fileSizeExitCodes.includes(exitCode) || fileSizeExitCodes.includes(exitSignal);
}
