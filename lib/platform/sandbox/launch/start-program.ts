import type { Readable, Writable } from "node:stream";
import { setPriority } from "node:os";
import { writeFileSync } from "node:fs";
import type { SandboxedProgram, SandboxLimits } from "../../../ports/sandbox.ts";
import type { SandboxLimit } from "../../../workspace.ts";
import type { Processes, StartedProgram } from "../../processes/processes.ts";
import type { ChildProcess } from "../../processes/spawn-marked.ts";
import type { ControlGroups, ProgramGroup } from "../limits/control-groups.ts";
import { exitOf } from "./exit-of.ts";
import { FailedStart } from "./failed-start.ts";
import { type Family, familyInNamespace } from "../limits/family.ts";
import { exceededFileSize } from "../limits/rlimits.ts";
import { watchLimits, type WatchedProgram } from "../limits/watch-limits.ts";
import type { HostProgram } from "../mechanisms/types.ts";

export interface StartProgramOptions {
  processes: Processes;
  host: HostProgram;
  environment: Readonly<Record<string, string>>;
  limits: SandboxLimits;
  folders: readonly string[];
  measureFolders: WatchedProgram["measureFolders"];
  /** Undefined where the server may make none. */
  controlGroups: ControlGroups | undefined;
  /** How the processes of the program are found. By default by its process namespace. */
  familyOf?: (pid: number) => Family;
}

/** Starts a program in the sandbox, with a low priority, and watches what it uses. Throws a system error when there is no room for it. */
export function startProgram(options: StartProgramOptions): SandboxedProgram {
  const { processes, host, environment, familyOf = familyInNamespace } = options;
  const started = processes.start({
    ...{ file: host.file, args: host.args, cwd: "/", env: environment, stdin: "ignore" },
    furtherPipes: host.inputs.length + 1,
  });
  const { child } = started;
  const status = feed(child, host);
  const pid = child.pid ?? 0;
  const family = familyOf(pid);
  const state: ProgramState = { limit: null, group: undefined, stopWatching: () => {} };
  if (child.pid !== undefined) {
    state.group = options.controlGroups?.hold(child.pid, options.limits);
    yieldToOthers(child.pid);
    state.stopWatching = watchLimits({
      ...{ limits: options.limits, folders: options.folders, measureFolders: options.measureFolders },
      look: () => family.look(),
      onExceeded: (limit) => {
        state.limit = limit;
        family.kill();
      },
    });
  }
  return {
    ...{ pid, stdout: child.stdout, stderr: child.stderr },
    ended: endOf({ child, status, state }),
    limit: () => state.limit,
    terminate: () => family.terminate(),
    kill: () => family.kill(),
    release: () => release(started, { family, state }),
  };
}

interface ProgramState {
  limit: SandboxLimit | null;
  group: ProgramGroup | undefined;
  stopWatching(): void;
}

/** Gives the program its inputs. Returns what it writes about its start. */
function feed(child: ChildProcess, { inputs, statusDescriptor }: HostProgram): Promise<string> {
  const pipes = child.stdio as unknown as (Writable & Readable)[]; // Both ways: each further pipe is a socket.
  for (const [place, input] of inputs.entries()) {
    pipes[3 + place]?.on("error", () => {}); // It ended before it read everything.
    pipes[3 + place]?.end(input);
  }
  return readAll(pipes[statusDescriptor]);
}

const statusCharactersMax = 1000;

function readAll(stream: Readable | undefined): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  stream
    ?.setEncoding("utf8")
    .on("data", (piece: string) => (text = (text + piece).slice(0, statusCharactersMax)));
  stream?.once("error", () => resolve(text));
  stream?.once("close", () => resolve(text));
  return promise;
}

/** After the server when the processor or the memory is short. Best effort: a program that has ended needs neither. */
function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, 5);
    writeFileSync(`/proc/${pid}/oom_score_adj`, "500");
  } catch {
    // It has ended.
  }
}

interface Watched {
  child: ChildProcess;
  status: Promise<string>;
  state: ProgramState;
}

/** Rejects with FailedStart. */
async function endOf({ child, status, state }: Watched): SandboxedProgram["ended"] {
  const ended = await exitOf(child).finally(() => state.stopWatching());
  if (ended.exitCode !== 0) state.limit ??= state.group?.exceeded() ?? null;
  if (exceededFileSize(ended.exitCode, ended.exitSignal)) state.limit ??= "fileSize";
  if (ended.exitCode !== 0 && ended.exitSignal === null && !hasStarted(await status)) throw new FailedStart();
  return ended;
}

/** Bubblewrap reports how the command ended; the other mechanism that it is about to start it. */
function hasStarted(status: string): boolean {
  return status.includes("exit-code") || status.includes("started");
}

async function release(
  started: StartedProgram,
  { family, state }: { family: Family; state: ProgramState },
): Promise<void> {
  state.stopWatching();
  await family.release(started);
  state.group?.remove();
}
