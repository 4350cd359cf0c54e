import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { bootId, processStart } from "./start-time.ts";

/** A process group in a record. */
export interface RecordedGroup {
  /** Id of its first process, and so of the group. */
  pid: number;
  /** When that process started, as `processStart` returns it. */
  start: string;
}

/** Each group has a line of this length. Lines are reused, so that the file grows only with the groups that run at once. */
const lineBytes = 64;

/**
 * Records what one run of the server has started, in its own file. The file is not synced, because a power cut that loses
 * it also ends the processes.
 */
export function createProcessRecord(folder: string, run: string) {
  const path = join(folder, run);
  const record: ProcessRecord = { taken: [], file: undefined };
  return {
    /** Call it before a process starts. Throws when the disk has no room for the record. */
    open: (): void => {
      record.file ??= createFile(folder, path);
    },
    /** Returns a function that removes the group from the record. */
    note: (pid: number): (() => void) => noteGroup(record, pid),
    /** Call it when nothing of this run is left. */
    remove: (): void => removeRecord(record, path),
  };
}

interface ProcessRecord {
  /** For each line of the file whether a group uses it. */
  taken: boolean[];
  file: RecordFile | undefined;
}

interface RecordFile {
  descriptor: number;
  /** Bytes before the first line. */
  firstLineAt: number;
}

function noteGroup(record: ProcessRecord, pid: number): () => void {
  const line = firstFree(record.taken);
  record.taken[line] = true;
  writeLine(record, line, `${pid} ${processStart(pid) ?? "unknown"}`);
  return () => {
    record.taken[line] = false;
    writeLine(record, line, "");
  };
}

function writeLine({ file }: ProcessRecord, line: number, text: string): void {
  if (file === undefined) return;
  try {
    writeSync(file.descriptor, `${text.padEnd(lineBytes - 1)}\n`, file.firstLineAt + line * lineBytes);
  } catch {
    // The disk is full. The process can still be found by the mark in its environment.
  }
}

function removeRecord(record: ProcessRecord, path: string): void {
  if (record.file === undefined) return;
  closeSync(record.file.descriptor);
  record.file = undefined;
  rmSync(path, { force: true });
}

/** The groups of an earlier run. Undefined when the record is from another boot or came with a copy of the data folder. */
export function readProcessRecord(folder: string, run: string): RecordedGroup[] | undefined {
  const [header, ...lines] = readFileSync(join(folder, run), "utf8").split("\n");
  if (header !== headerOf(folder)) return undefined;
  return lines.flatMap((line) => {
    const [, pid, start] = /^(\d+) (\d+) *$/.exec(line) ?? [];
    return pid === undefined || start === undefined ? [] : [{ pid: Number(pid), start }];
  });
}

function createFile(folder: string, path: string): RecordFile {
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

/** Differs after a reboot, because process ids mean nothing then; and in a copied folder, because its server may still run. */
function headerOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${bootId()} ${dev}:${ino}`;
}

function firstFree(taken: readonly boolean[]): number {
  const line = taken.indexOf(false);
  return line === -1 ? taken.length : line;
}
