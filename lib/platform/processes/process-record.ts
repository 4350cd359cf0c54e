import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { bootId, processStart } from "./start-time.ts";

/** A process group as it is on record. */
export interface RecordedGroup {
  /** Of its first process, and so of the group. */
  pid: number;
  /** When that process started, as `startOf` says it. */
  start: string;
}

/** A line for each group. They are written over in place, so that the file grows with what runs at once only. */
const lineBytes = 64;

/**
 * What one run of the server has started, in a file of its own. Nothing is synchronised to the disk: what takes the
 * file back, such as a power cut, has ended the processes too.
 */
export function createProcessRecord(folder: string, run: string) {
  const path = join(folder, run);
  const taken: boolean[] = [];
  let file: { descriptor: number; firstLineAt: number } | undefined;
  const writeLine = (text: string, place: number) => {
    if (file === undefined) return;
    const line = `${text.padEnd(lineBytes - 1)}\n`;
    try {
      writeSync(file.descriptor, line, file.firstLineAt + place * lineBytes);
    } catch {
      // The disk is full: the mark in the environment stands for it.
    }
  };
  return {
    /** Before anything is started. Throws when the disk has no room for it. */
    open: (): void => {
      file ??= create(folder, path);
    },
    /** Returns what strikes it out again. */
    note: (pid: number): (() => void) => {
      const place = firstFree(taken);
      taken[place] = true;
      writeLine(`${pid} ${processStart(pid) ?? "unknown"}`, place);
      return () => {
        taken[place] = false;
        writeLine("", place);
      };
    },
    /** Nothing is left of this run. */
    remove: (): void => {
      if (file === undefined) return;
      closeSync(file.descriptor);
      file = undefined;
      rmSync(path, { force: true });
    },
  };
}

/** The groups of an earlier run; none when its record is of another boot, or came with a copy of the data folder. */
export function readProcessRecord(folder: string, run: string): RecordedGroup[] | undefined {
  const [header, ...lines] = readFileSync(join(folder, run), "utf8").split("\n");
  if (header !== headerOf(folder)) return undefined;
  return lines.flatMap((line) => {
    const [, pid, start] = /^(\d+) (\d+) *$/.exec(line) ?? [];
    return pid === undefined || start === undefined ? [] : [{ pid: Number(pid), start }];
  });
}

function create(folder: string, path: string): { descriptor: number; firstLineAt: number } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const descriptor = openSync(path, "wx", 0o600);
  try {
    return { descriptor, firstLineAt: writeSync(descriptor, `${headerOf(folder)}\n`) };
  } catch (error) {
    closeSync(descriptor);
    rmSync(path, { force: true });
    throw error;
  }
}

/** Pids mean nothing after another boot, and a copied folder is not the folder of the server that still runs. */
function headerOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${bootId()} ${dev}:${ino}`;
}

function firstFree(taken: readonly boolean[]): number {
  const place = taken.indexOf(false);
  return place === -1 ? taken.length : place;
}
