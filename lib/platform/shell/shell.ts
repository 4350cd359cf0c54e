import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { constants as os } from "node:os";
import type { Readable } from "node:stream";
import { ToolFailure } from "../../tool.ts";
import type { CommandResult, Shell } from "../../workspace.ts";
import type { ContainedFiles } from "../files/workspace-files.ts";
import { killGroup } from "../run-process.ts";
import { canIsolate, isolated, type Launch } from "./isolation.ts";
import { capture } from "./output.ts";
import { endStragglers, markerName } from "./stragglers.ts";

export interface ShellOptions {
  root: string;
  files: ContainedFiles;
  /** All a command gets. */
  environment: Readonly<Record<string, string>>;
  hiddenPaths: readonly string[];
  /** `off` for hosts without namespaces, and for tests of what happens there. */
  isolation: "auto" | "off";
}

type Child = ChildProcessByStdio<null, Readable, Readable>;
type Ended = NonNullable<CommandResult["ended"]>;

/** Between asking a command to end and ending it. */
const graceMs = 2000;

/** After a command ended, for its streams to close. */
const drainMs = 2000;

export function createShell(options: ShellOptions): Shell {
  return {
    run: async ({ command, timeoutMs, signal, onOutput, logPrefix }) => {
      const startedAt = performance.now();
      const mark = randomUUID();
      const child = start(options, command, mark);
      const ending = watch(child, { timeoutMs, signal });
      const listen = (name: "stdout" | "stderr") =>
        capture({
          stream: child[name],
          openLog: () => options.files.create(`${logPrefix}.${name}.log`),
          onText: (text) => onOutput(name, text),
          onOverflow: () => ending.end("output-limit"),
        }).catch((error: unknown) => {
          killGroup(child.pid, "SIGKILL"); // Its output cannot be kept, such as on a full disk.
          throw error;
        });
      const streams = Promise.all([listen("stdout"), listen("stderr")]);
      streams.catch(() => {}); // Awaited below, after the command itself.
      const { exitCode, exitSignal } = await ending.ended.finally(() => ending.stop());
      await leaveNothing(child, mark);
      const [stdout, stderr] = await streams;
      return {
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

function start(
  { root, environment, hiddenPaths, isolation }: ShellOptions,
  command: string,
  mark: string,
): Child {
  const plain: Launch = { file: findShell(environment["PATH"]), args: ["-c", command] };
  const launch = isolation === "auto" && canIsolate() ? isolated(plain, { root, hiddenPaths }) : plain;
  try {
    return spawn(launch.file, launch.args, {
      cwd: root,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", ...environment, PWD: root, [markerName]: mark },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    throw notStarted(error);
  }
}

function notStarted(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "E2BIG")
    return new ToolFailure(
      "The command is longer than this host accepts. Write it into a file and run that.",
    );
  if (code === "ENOENT") return new ToolFailure("The folder of the workspace, or its shell, is gone.");
  if (code === "EAGAIN" || code === "EMFILE")
    return new ToolFailure("This host has no room for another process just now. Try again later.");
  return error;
}

function findShell(path = "/usr/local/bin:/usr/bin:/bin"): string {
  const found = path.split(":").find((folder) => folder.startsWith("/") && isExecutable(`${folder}/bash`));
  return found === undefined ? "sh" : `${found}/bash`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Waits for the command, and ends it when its time is over or nobody wants it any more. */
function watch(child: Child, { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }) {
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
async function leaveNothing(child: Child, mark: string): Promise<void> {
  killGroup(child.pid, "SIGKILL");
  if (!canIsolate() || child.spawnargs[0] !== "setpriv") await endStragglers(mark);
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
