import { constants as os } from "node:os";
import type { ReachFailpoint } from "../../ports/failpoint.ts";
import type { CommandResult, Shell } from "../../workspace.ts";
import type { ContainedFiles } from "../files/workspace-files.ts";
import { killGroup } from "../processes/kill-group.ts";
import type { ChildProcess } from "../processes/processes.ts";
import { capture } from "./output.ts";
import { notStarted, type StartedCommand, type StartOptions, startCommand } from "./start-command.ts";

export interface ShellOptions extends StartOptions {
  files: ContainedFiles;
  reach: ReachFailpoint;
}

type Ended = NonNullable<CommandResult["ended"]>;

/** Between asking a command to end and ending it. */
const graceMs = 2000;

/** After a command ended, for its streams to close. */
const drainMs = 2000;

export function createShell(options: ShellOptions): Shell {
  return {
    run: async ({ command, timeoutMs, signal, onOutput, logPrefix }) => {
      const startedAt = performance.now();
      const started = startCommand(options, command);
      const { child } = started;
      options.reach("command.started");
      const ending = watch(child, { timeoutMs, signal });
      const logOf = (name: string) => `${logPrefix}.${name}.log`;
      const listen = (name: "stdout" | "stderr") =>
        capture({
          stream: child[name],
          openLog: () => options.files.create(logOf(name)),
          onText: (text) => onOutput(name, text),
          onOverflow: () => ending.end("output-limit"),
        }).catch((error: unknown) => {
          killGroup(child.pid, "SIGKILL"); // Its output cannot be kept.
          throw error;
        });
      const streams = Promise.all([listen("stdout"), listen("stderr")]);
      streams.catch(() => {}); // Awaited below, after the command itself.
      const { exitCode, exitSignal } = await ending.ended.finally(() => ending.stop());
      await leaveNothing(started);
      const [stdout, stderr] = await streams;
      const isLogLost = stdout.isLogLost || stderr.isLogLost;
      if (isLogLost)
        await Promise.allSettled(["stdout", "stderr"].map((name) => options.files.remove(logOf(name))));
      return {
        isLogLost,
        ...outcome(exitCode, exitSignal, ending.why()),
        stdout: stdout.text,
        stderr: stderr.text,
        stdoutBytes: stdout.bytes,
        stderrBytes: stderr.bytes,
        durationMs: performance.now() - startedAt,
      };
    },
  };
}

/** Waits for the command, and ends it when its time is over or nobody wants it any more. */
function watch(child: ChildProcess, { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }) {
  let why: Ended | null = null;
  let grace: NodeJS.Timeout | undefined;
  const end = (reason: Ended) => {
    if (why !== null) return;
    why = reason;
    killGroup(child.pid, "SIGTERM");
    grace = setTimeout(() => killGroup(child.pid, "SIGKILL"), graceMs);
  };
  const cancel = () => end("cancelled");
  const timer = setTimeout(() => end("timeout"), timeoutMs);
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const ended = new Promise<{ exitCode: number | null; exitSignal: string | null }>((resolve, reject) => {
    child.once("error", (error) => reject(notStarted(error)));
    child.once("exit", (exitCode, exitSignal) => resolve({ exitCode, exitSignal }));
  });
  return {
    end,
    ended,
    why: () => why,
    stop: () => {
      clearTimeout(timer);
      clearTimeout(grace);
      signal.removeEventListener("abort", cancel);
    },
  };
}

/** What was left in the background ends with its command; a stream somebody still holds is let go. */
async function leaveNothing({ child, isIsolated, ...started }: StartedCommand): Promise<void> {
  if (isIsolated) started.leave();
  else await started.leaveNothing();
  const letGo = () => [child.stdout, child.stderr].forEach((stream) => stream.destroy());
  setTimeout(letGo, drainMs).unref();
}

/** Behind namespaces a shell that a signal ended is seen as exit code 128 + n, the way shells say it. */
function outcome(
  exitCode: number | null,
  exitSignal: string | null,
  ended: Ended | null,
): Pick<CommandResult, "exitCode" | "signal" | "ended"> {
  const name = exitSignal ?? signalOf(exitCode);
  if (name === null || (ended === null && exitSignal === null)) return { exitCode, signal: null, ended };
  return { exitCode: null, signal: name, ended };
}

function signalOf(exitCode: number | null): string | null {
  const found = Object.entries(os.signals).find(([, number]) => exitCode === 128 + number);
  return found?.[0] ?? null;
}
