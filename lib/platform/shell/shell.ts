import { constants as os } from "node:os";
import type { ReachFailpoint } from "../../ports/failpoint.ts";
import type { SandboxedProgram } from "../../ports/sandbox.ts";
import type { CommandResult, Shell } from "../../workspace.ts";
import type { ContainedFiles } from "../files/workspace-files.ts";
import { captureOutput, type CapturedOutput } from "./output.ts";
import { notStarted, type StartOptions, startCommand } from "./start-command.ts";

export interface ShellOptions extends StartOptions {
  /** Absolute. */
  root: string;
  files: ContainedFiles;
  reach: ReachFailpoint;
}

type CommandRequest = Parameters<Shell["run"]>[0];
type EndReason = NonNullable<CommandResult["ended"]>;

/** Time between SIGTERM and SIGKILL. */
const graceMs = 2000;

/** Time for the streams of a command to close after it has ended. */
const drainMs = 2000;

const streamNames = ["stdout", "stderr"] as const;
type StreamName = (typeof streamNames)[number];

export function createShell(options: ShellOptions): Shell {
  return { run: (request) => runCommand(options, request) };
}

async function runCommand(options: ShellOptions, request: CommandRequest): Promise<CommandResult> {
  const startedAt = performance.now();
  const program = await startCommand(options, request.command);
  options.reach("command.started");
  const ending = watchEnd(program, request);
  const capture = (name: StreamName) => captureStream(options, request, { program, ending, name });
  const streams = Promise.all([capture("stdout"), capture("stderr")]);
  streams.catch(() => {}); // Awaited below, after the command itself.
  const { exitCode, exitSignal } = await endOfCommand(program, ending);
  const [stdout, stderr] = await streams;
  const isLogLost = stdout.isLogLost || stderr.isLogLost;
  if (isLogLost) await removeLogs(options, request);
  return {
    isLogLost,
    ...endOf(exitCode, exitSignal, ending.reason()),
    limit: program.limit(),
    stdout: stdout.text,
    stderr: stderr.text,
    isStdoutCut: stdout.isCut,
    isStderrCut: stderr.isCut,
    stdoutBytes: stdout.bytes,
    stderrBytes: stderr.bytes,
    durationMs: performance.now() - startedAt,
  };
}

/** Rejects, and ends the command, when its output cannot be kept. */
function captureStream(
  { files }: ShellOptions,
  { onOutput, logPrefix, masker }: CommandRequest,
  { program, ending, name }: { program: SandboxedProgram; ending: CommandEnd; name: StreamName },
): Promise<CapturedOutput> {
  return captureOutput({
    stream: program[name],
    openLog: () => files.create(logOf(logPrefix, name)),
    onText: (text) => onOutput(name, text),
    masker,
    onOverflow: () => ending.end("output-limit"),
  }).catch((error: unknown) => {
    program.kill();
    throw error;
  });
}

function logOf(prefix: string, name: StreamName): string {
  return `${prefix}.${name}.log`;
}

async function removeLogs({ files }: ShellOptions, { logPrefix }: CommandRequest): Promise<void> {
  await Promise.allSettled(streamNames.map((name) => files.remove(logOf(logPrefix, name))));
}

interface CommandEnd {
  /** Ends the command: SIGTERM, and SIGKILL after a grace period. */
  end(reason: EndReason): void;
  /** Rejects when the command could not be started. */
  ended: Promise<{ exitCode: number | null; exitSignal: string | null }>;
  /** Why it was ended; null when it ended by itself. */
  reason(): EndReason | null;
  stop(): void;
}

/** Waits for the command. Ends it when its time is over or the signal aborts. */
function watchEnd(program: SandboxedProgram, { timeoutMs, signal }: CommandRequest): CommandEnd {
  let endReason: EndReason | null = null;
  let grace: NodeJS.Timeout | undefined;
  const end = (reason: EndReason) => {
    if (endReason !== null) return;
    endReason = reason;
    program.terminate();
    grace = setTimeout(() => program.kill(), graceMs);
  };
  const cancel = () => end("cancelled");
  const timer = setTimeout(() => end("timeout"), timeoutMs);
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  return {
    end,
    ended: program.ended.catch((error: unknown) => {
      throw notStarted(error);
    }),
    reason: () => endReason,
    stop: () => {
      clearTimeout(timer);
      clearTimeout(grace);
      signal.removeEventListener("abort", cancel);
    },
  };
}

/** Also when it could not be started, nothing of it stays. */
async function endOfCommand(program: SandboxedProgram, ending: CommandEnd): CommandEnd["ended"] {
  try {
    return await ending.ended;
  } finally {
    ending.stop();
    await endLeftovers(program);
  }
}

/** Ends what the command left in the background, and stops reading streams that some process still holds open. */
async function endLeftovers(program: SandboxedProgram): Promise<void> {
  await program.release();
  const stopReading = () => [program.stdout, program.stderr].forEach((stream) => stream.destroy());
  setTimeout(stopReading, drainMs).unref();
}

/** In namespaces, a shell that a signal ended exits with 128 + the number of the signal, as shells report it. */
function endOf(
  exitCode: number | null,
  exitSignal: string | null,
  ended: EndReason | null,
): Pick<CommandResult, "exitCode" | "signal" | "ended"> {
  const name = exitSignal ?? signalOf(exitCode);
  if (name === null || (ended === null && exitSignal === null)) return { exitCode, signal: null, ended };
  return { exitCode: null, signal: name, ended };
}

function signalOf(exitCode: number | null): string | null {
  const found = Object.entries(os.signals).find(([, number]) => exitCode === 128 + number);
  return found?.[0] ?? null;
}
