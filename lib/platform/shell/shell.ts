import { constants as os } from "node:os";
import type { ReachFailpoint } from "../../ports/failpoint.ts";
import type { SandboxedProgram } from "../../ports/sandbox.ts";
import type { CommandResult, Shell } from "../../workspace.ts";
import type { ContainedFiles } from "../files/workspace-files.ts";
import { type CommandEnd, endOfCommand, type EndReason, watchEnd } from "./command-end.ts";
import { captureOutput, type CapturedOutput } from "./output.ts";
import { type StartOptions, startCommand } from "./start-command.ts";

export interface ShellOptions extends StartOptions {
  /** Absolute. */
  root: string;
  files: ContainedFiles;
  reach: ReachFailpoint;
}

type CommandRequest = Parameters<Shell["run"]>[0];

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
