import { statfsSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { SandboxLimits } from "../../../ports/sandbox.ts";
import type { SandboxLimit } from "../../../workspace.ts";
import type { MeasureFolders } from "./measure-folders.ts";
import type { RunningProcess } from "./process-tree.ts";

export interface WatchedProgram {
  /** What counts against the limits now. */
  look(): RunningProcess[];
  limits: SandboxLimits;
  /** The workspace, its home and its temporary folder. */
  folders: readonly string[];
  measureFolders: MeasureFolders;
  /** Called once, with the first limit that was exceeded. */
  onExceeded(limit: SandboxLimit): void;
}

/** Short enough that a bomb grows for a moment only; a look takes 2 to 5 ms. */
const everyMs = 250;

/** The space that stays free for the databases: a command that used up the rest is ended. */
const diskReserveBytes = 512 * 1024 * 1024;

/** What a command may write on a disk that is nearly full. */
const smallWriteBytes = 64 * 1024 * 1024;

/** The same for files, which run out apart from the space: databases and attachments need few, a package manager many. */
const reservedFiles = 10_000;
const fewFiles = 1000;

/** A count of the folders takes long, so it pauses this many times as long as it took. */
const measurePause = 10;

/**
 * Looks at a running program and reports when it uses too much. The kernel bounds single processes (rlimits); this bounds
 * all of them together, also where there are no control groups. Returns a function that stops looking.
 */
export function watchLimits(program: WatchedProgram): () => void {
  const stopping = new AbortController();
  const exceeded = (limit: SandboxLimit) => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    program.onExceeded(limit);
  };
  void watchUse(program, stopping.signal, exceeded);
  void watchFolders(program, stopping.signal, exceeded);
  return () => stopping.abort();
}

type OnExceeded = WatchedProgram["onExceeded"];

async function watchUse(program: WatchedProgram, signal: AbortSignal, exceeded: OnExceeded): Promise<void> {
  const atStart = freeOn(program.folders);
  let looksAtLimit = 0;
  while (await pausedFor(everyMs, signal)) {
    const { processes, memoryBytes } = useOf(program.look());
    looksAtLimit = processes >= program.limits.processes * 0.95 ? looksAtLimit + 1 : 0;
    if (looksAtLimit >= 2) return exceeded("processes");
    if (memoryBytes > program.limits.memoryBytes || isHostShort(memoryBytes)) return exceeded("memory");
    if (usesUpDisk(atStart, freeOn(program.folders))) return exceeded("disk");
  }
}

function useOf(found: readonly RunningProcess[]): { processes: number; memoryBytes: number } {
  return { processes: found.length, memoryBytes: found.reduce((sum, each) => sum + each.residentBytes, 0) };
}

/** The host is about to run out of memory, and this program holds a good part of it. */
function isHostShort(memoryBytes: number): boolean {
  return freemem() < totalmem() / 32 && memoryBytes > totalmem() / 4;
}

interface FreeSpace {
  bytes: number;
  /** How many more files there can be; infinite on file systems without such a bound. */
  files: number;
}

function usesUpDisk(atStart: FreeSpace, now: FreeSpace): boolean {
  const bytes = now.bytes < diskReserveBytes && atStart.bytes - now.bytes > smallWriteBytes;
  const files = now.files < reservedFiles && atStart.files - now.files > fewFiles;
  return bytes || files;
}

function freeOn(folders: readonly string[]): FreeSpace {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(folders[0] ?? "/");
    return { bytes: bavail * bsize, files: files === 0 ? Number.POSITIVE_INFINITY : ffree };
  } catch {
    return { bytes: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY };
  }
}

async function watchFolders(
  { folders, limits, measureFolders }: WatchedProgram,
  signal: AbortSignal,
  exceeded: OnExceeded,
): Promise<void> {
  let pauseMs = 2000;
  while (await pausedFor(pauseMs, signal)) {
    const startedAt = performance.now();
    const bytes = await measureFolders(folders, signal).catch(() => 0);
    if (bytes > limits.workspaceBytes) return exceeded("workspace");
    pauseMs = Math.max(2000, measurePause * (performance.now() - startedAt));
  }
}

/** Waits, without keeping the server alive. False when the signal came first. */
function pausedFor(ms: number, signal: AbortSignal): Promise<boolean> {
  return pause(ms, true, { signal, ref: false }).catch(() => false);
}
