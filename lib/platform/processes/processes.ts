import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { killGroup } from "./kill-group.ts";
import { createProcessRecord } from "./process-record.ts";
import { endMarked, markerName, ungrouped } from "./marked.ts";
import { reapEarlierRuns } from "./reap-earlier-runs.ts";

export interface Program {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment, but for our mark: nothing of the server's is added. */
  env: Readonly<Record<string, string>>;
  stdin: "ignore" | "pipe";
}

export type ChildProcess = ChildProcessByStdio<Writable | null, Readable, Readable>;

export interface StartedProgram {
  child: ChildProcess;
  /** Ends what is left of its process group and takes it off the record. */
  leave(): void;
  /** Also ends what has left the group, where its environment can be read. */
  leaveNothing(): Promise<void>;
}

/** What a package needs that starts programs by itself: they carry the mark, but stay in the server's own process group. */
export interface LentMark {
  /** For the environment of the programs. */
  env: Readonly<Record<string, string>>;
  /** Ends what runs with the mark, where environments can be read. */
  endAll(): Promise<void>;
  /** To be called when the programs have ended. */
  giveBack(): void;
}

/** All programs that the server starts, on record so that none outlives it for long, however it ends. */
export interface Processes {
  /** Starts a program in a process group of its own. Throws what the system says when there is no room for it or for its record. */
  start(program: Program): StartedProgram;
  /** For programs that a package starts. Throws what the system says when there is no room for the record. */
  lendMark(): LentMark;
  /**
   * Ends what earlier runs of the server on this data folder left running, and waits until it is gone, for 2 s at most.
   * Then `mend` puts right what such an end leaves behind; killed before that is done, the next run does it again.
   */
  reap(mend?: () => Promise<void>): Promise<void>;
  /** Ends what still runs. */
  close(): void;
}

/**
 * The mark is in the environment of a program from its first moment, and its run is on record before: whatever kills
 * the server, the next run finds the program. Pid and start time stand for programs that clear their environment.
 */
export function openProcesses({ dataDir }: { dataDir: string }): Processes {
  const folder = join(dataDir, "processes");
  const run = randomUUID();
  const record = createProcessRecord(folder, run);
  const running = new Set<StartedProgram>();
  const lent = new Set<LentMark>();
  const endAll = () => running.forEach((program) => program.leave());
  process.once("exit", endAll); // A second signal, or an error that nobody caught.
  let count = 0;
  return {
    start: (program) => {
      record.open();
      const mark = `${run}/${++count}/`;
      const child = spawnMarked(program, mark);
      const strike = child.pid === undefined ? () => {} : record.note(child.pid);
      const started: StartedProgram = {
        child,
        leave: () => {
          if (!running.delete(started)) return; // Its number may be somebody else's by now.
          killGroup(child.pid, "SIGKILL");
          strike();
        },
        leaveNothing: async () => {
          killGroup(child.pid, "SIGKILL");
          await endMarked(mark);
          started.leave();
        },
      };
      if (child.pid !== undefined) running.add(started); // Otherwise it could not be started, and says so.
      return started;
    },
    lendMark: () => {
      record.open();
      const mark = `${run}/${++count}/${ungrouped}`;
      const loan: LentMark = {
        env: { [markerName]: mark },
        endAll: () => endMarked(mark),
        giveBack: () => void lent.delete(loan),
      };
      lent.add(loan);
      return loan;
    },
    reap: (mend = async () => {}) => reapEarlierRuns(folder, { ownRun: run, repair: mend }),
    close: () => {
      process.off("exit", endAll);
      if (running.size === 0 && lent.size === 0) record.remove();
      endAll(); // What had left its group is for the next run, which finds the record.
    },
  };
}

function spawnMarked({ file, args, cwd, env, stdin }: Program, mark: string): ChildProcess {
  return spawn(file, args, {
    cwd,
    env: { ...env, [markerName]: mark },
    detached: true,
    stdio: [stdin, "pipe", "pipe"],
  }) as ChildProcess; // The types know single kinds of stdin only.
}
