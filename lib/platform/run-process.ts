import { killGroup } from "./processes/kill-group.ts";
import type { Processes } from "./processes/processes.ts";
import type { ChildProcess } from "./processes/spawn-marked.ts";

export interface ProcessRequest {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment: nothing of the server's own is added. */
  env: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** The process ends when it writes nothing for this long. */
  silenceMs?: number | undefined;
  input?: string | Uint8Array | undefined;
  /** The process ends when it writes more. What came before is kept. */
  stdoutBytesMax: number;
  /** Called with each piece of stderr as it comes. */
  onStderr?: ((text: string) => void) | undefined;
}

export interface ProcessResult {
  /** Null when a signal ended it. */
  exitCode: number | null;
  stdout: Buffer;
  /** The last 64 Ki characters. */
  stderr: string;
  /** Why this module ended it; null when it ended by itself. */
  ended: "timeout" | "silence" | "cancelled" | "output-limit" | null;
}

const stderrCharactersMax = 64 * 1024;

/** Time between SIGTERM and SIGKILL. */
const graceMs = 1000;

export type RunProcess = (request: ProcessRequest) => Promise<ProcessResult>;

/**
 * Runs a program of ours (git, ripgrep) without a shell, in its own process group, and waits for it. To end it, it ends
 * the whole group. Rejects only when the program cannot be started.
 */
export function createRunProcess(processes: Processes): RunProcess {
  return (request) => runProcess(request, processes);
}

type EndReason = NonNullable<ProcessResult["ended"]>;

interface Running {
  request: ProcessRequest;
  child: ChildProcess;
  /** Ends what is left of the group. */
  leave: () => void;
  ended: EndReason | null;
}

async function runProcess(request: ProcessRequest, processes: Processes): Promise<ProcessResult> {
  const stdin = request.input === undefined ? "ignore" : "pipe";
  const { child, leave } = processes.start({ ...request, stdin });
  const running: Running = { request, child, leave, ended: null };
  const limits = watchLimits(running);
  const stdout = collectStdout(running, limits.onOutput);
  const stderr = collectStderr(running, limits.onOutput);
  child.stdin?.on("error", () => {}); // It may end without reading all of its input.
  child.stdin?.end(request.input);
  child.once("exit", leave);
  try {
    const exitCode = await closeOf(child);
    return { exitCode, stdout: stdout(), stderr: stderr(), ended: running.ended };
  } catch (error) {
    leave();
    throw error;
  } finally {
    limits.stop();
  }
}

/** Resolves with the exit code when the process has ended and its streams are closed. */
function closeOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

function endProcess(running: Running, reason: EndReason): void {
  if (running.ended !== null) return;
  running.ended = reason;
  killGroup(running.child.pid, "SIGTERM"); // So that git removes its lock files.
  setTimeout(running.leave, graceMs).unref();
}

/** Returns a function that reads what was collected. */
function collectStdout(running: Running, onOutput: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let bytes = 0;
  running.child.stdout.on("data", (chunk: Buffer) => {
    onOutput();
    const room = running.request.stdoutBytesMax - bytes;
    bytes += chunk.length;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    if (chunk.length > room) endProcess(running, "output-limit");
  });
  return () => Buffer.concat(chunks);
}

function collectStderr({ child, request }: Running, onOutput: () => void): () => string {
  let collected = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    onOutput();
    request.onStderr?.(text);
    collected = (collected + text).slice(-stderrCharactersMax);
  });
  return () => collected;
}

/** Ends the process when the signal aborts, its time is over, or it is silent for too long. */
function watchLimits(running: Running) {
  const { signal, timeoutMs, silenceMs } = running.request;
  const timer = (ms: number | undefined, reason: EndReason) =>
    ms === undefined ? undefined : setTimeout(() => endProcess(running, reason), ms);
  const onAbort = () => endProcess(running, "cancelled");
  const [overall, silence] = [timer(timeoutMs, "timeout"), timer(silenceMs, "silence")];
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return {
    onOutput: () => void silence?.refresh(),
    stop: () => {
      clearTimeout(overall);
      clearTimeout(silence);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
