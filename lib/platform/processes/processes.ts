import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { trustedFolders } from "../programs/program-folders.ts";
import { openTrustedPrograms, type TrustedPrograms } from "../programs/trusted-programs.ts";
import { killGroup } from "./kill-group.ts";
import { createProcessRecord } from "./process-record.ts";
import { endMarked, markerName, ungrouped } from "./marked.ts";
import { type ChildProcess, type Program, spawnMarked } from "./spawn-marked.ts";
import { reapEarlierRuns } from "./reap-earlier-runs.ts";

export interface StartedProgram {
  child: ChildProcess;
  /** Ends what is left of its process group and removes it from the record. */
  leave(): void;
  /** Also ends processes that left the group, if their environment can be read. */
  leaveNothing(): Promise<void>;
}

/** For a package that starts programs by itself. They carry the mark, but stay in the process group of the server. */
export interface LentMark {
  /** For the environment of the programs. */
  env: Readonly<Record<string, string>>;
  /** Ends processes with the mark, if their environment can be read. */
  endAll(): Promise<void>;
  /** Call it when the programs have ended. */
  giveBack(): void;
}

/** All programs that the server starts. They are recorded, so that none outlives the server for long, however it ends. */
export interface Processes {
  /** Where the programs are. Only a command of the agent may come from elsewhere. */
  readonly programs: TrustedPrograms;
  /** Starts a program in its own process group. Throws a system error when there is no room for it or for its record. */
  start(program: Program): StartedProgram;
  /** For programs that a package starts. Throws a system error when there is no room for the record. */
  lendMark(): LentMark;
  /**
   * Ends what earlier runs of the server on this data folder left running, and waits at most 2 s for its end. Then
   * `repair` corrects what the ended processes left behind. If the server is killed before that, the next run repeats it.
   */
  reap(repair?: () => Promise<void>): Promise<void>;
  /** Ends what is still running. */
  close(): void;
}

export interface ProcessesOptions {
  dataDir: string;
  /** More folders to take programs from. */
  programPaths?: readonly string[];
}

/**
 * A program has the mark in its environment from its start, and the run is recorded before it starts. So the next run
 * finds the program, whatever kills the server. A program that clears its environment is found by its process id and
 * start time.
 */
export function openProcesses({ dataDir, programPaths = [] }: ProcessesOptions): Processes {
  const folder = join(dataDir, "processes");
  const run = randomUUID();
  const open: OpenProcesses = {
    run,
    record: createProcessRecord(folder, run),
    running: new Set(),
    lent: new Set(),
    count: 0,
  };
  const endAll = () => open.running.forEach((program) => program.leave());
  process.once("exit", endAll); // After a second signal, or an error that nobody caught.
  return {
    programs: openTrustedPrograms(trustedFolders(programPaths, process.platform)),
    start: (program) => startProgram(open, program),
    lendMark: () => lendMark(open),
    reap: (repair = async () => {}) => reapEarlierRuns(folder, { ownRun: run, repair }),
    close: () => {
      process.off("exit", endAll);
      if (open.running.size === 0 && open.lent.size === 0) open.record.remove();
      endAll(); // The next run finds the record, and ends processes that left their group.
    },
  };
}

interface OpenProcesses {
  /** The random id of this run of the server. */
  run: string;
  record: ReturnType<typeof createProcessRecord>;
  running: Set<StartedProgram>;
  lent: Set<LentMark>;
  /** Marks given so far. */
  count: number;
}

function startProgram(open: OpenProcesses, program: Program): StartedProgram {
  const { record, running } = open;
  record.open();
  const mark = nextMark(open, "");
  const child = spawnMarked(program, mark);
  const removeNote = child.pid === undefined ? () => {} : record.note(child.pid);
  const started: StartedProgram = {
    child,
    leave: () => {
      if (!running.delete(started)) return; // Another group may have its id by now.
      killGroup(child.pid, "SIGKILL");
      removeNote();
    },
    leaveNothing: async () => {
      killGroup(child.pid, "SIGKILL");
      await endMarked(mark);
      started.leave();
    },
  };
  if (child.pid !== undefined) running.add(started); // Without an id it could not be started; its error event says why.
  return started;
}

function lendMark(open: OpenProcesses): LentMark {
  open.record.open();
  const mark = nextMark(open, ungrouped);
  const lent: LentMark = {
    env: { [markerName]: mark },
    endAll: () => endMarked(mark),
    giveBack: () => void open.lent.delete(lent),
  };
  open.lent.add(lent);
  return lent;
}

function nextMark(open: OpenProcesses, ending: string): string {
  return `${open.run}/${++open.count}/${ending}`;
}
