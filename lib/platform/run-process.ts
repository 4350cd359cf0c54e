import { killGroup } from "./processes/kill-group.ts";
import type { Processes } from "./processes/processes.ts";

export interface ProcessRequest {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment: nothing of the server's is added. */
  env: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** Ends the process when it was silent for this long. */
  silenceMs?: number | undefined;
  input?: string | Uint8Array | undefined;
  /** More than this ends the process; what came before is kept. */
  stdoutBytesMax: number;
  /** Hears what the process says as it comes. */
  onStderr?: ((text: string) => void) | undefined;
}

export interface ProcessResult {
  /** Null when a signal ended it. */
  exitCode: number | null;
  stdout: Buffer;
  /** The last 64 KiB. */
  stderr: string;
  ended: "timeout" | "silence" | "cancelled" | "output-limit" | null;
}

const stderrCharactersMax = 64 * 1024;

/** Between asking a program to end and ending it. */
const graceMs = 1000;

export type RunProcess = (request: ProcessRequest) => Promise<ProcessResult>;

/**
 * Runs a program of ours (git, ripgrep) without a shell, in a process group of its own, and waits for it. Whatever
 * ends it ends the whole group. Rejects only when the program cannot be started.
 */
export function createRunProcess(processes: Processes): RunProcess {
  return (request) => runProcess(request, processes);
}

function runProcess(request: ProcessRequest, processes: Processes): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const { child, leave } = processes.start({
      ...request,
      stdin: request.input === undefined ? "ignore" : "pipe",
    });
    const result: ProcessResult = { exitCode: null, stdout: Buffer.alloc(0), stderr: "", ended: null };
    const end = (why: NonNullable<ProcessResult["ended"]>) => {
      if (result.ended !== null) return;
      result.ended = why;
      killGroup(child.pid, "SIGTERM"); // Git takes its lock files with it.
      setTimeout(leave, graceMs).unref();
    };
    const chunks: Buffer[] = [];
    let stdoutBytes = 0;
    const watch = watchTime(request, end);
    child.stdout.on("data", (chunk: Buffer) => {
      watch.heard();
      const room = request.stdoutBytesMax - stdoutBytes;
      stdoutBytes += chunk.length;
      if (room > 0) chunks.push(chunk.subarray(0, room));
      if (chunk.length > room) end("output-limit");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      watch.heard();
      request.onStderr?.(text);
      result.stderr = (result.stderr + text).slice(-stderrCharactersMax);
    });
    child.stdin?.on("error", () => {}); // It may end without reading all; its exit code tells.
    child.stdin?.end(request.input);
    child.once("exit", leave);
    child.once("error", (error) => {
      watch.stop();
      leave();
      reject(error);
    });
    child.once("close", (exitCode) => {
      watch.stop();
      resolve({ ...result, exitCode, stdout: Buffer.concat(chunks) });
    });
  });
}

function watchTime(request: ProcessRequest, end: (why: "timeout" | "silence" | "cancelled") => void) {
  const { signal, timeoutMs, silenceMs } = request;
  const onAbort = () => end("cancelled");
  const overall = timeoutMs === undefined ? undefined : setTimeout(() => end("timeout"), timeoutMs);
  const silence = silenceMs === undefined ? undefined : setTimeout(() => end("silence"), silenceMs);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return {
    heard: () => silence?.refresh(),
    stop: () => {
      clearTimeout(overall);
      clearTimeout(silence);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
