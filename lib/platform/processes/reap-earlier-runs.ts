import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { killGroup } from "./kill-group.ts";
import { readProcessRecord, type RecordedGroup } from "./process-record.ts";
import { killMarked } from "./marked.ts";
import { groupsLeft, processState } from "./start-time.ts";

/** A process that the kernel cannot end, such as one that waits for a dead network disk, does not hold a start up for longer. */
const patienceMs = 2000;

/** Ends what earlier runs left running. A record goes when nothing of its run is left, and `mend` has put right what it left undone. */
export async function reapEarlierRuns(
  folder: string,
  { ownRun, mend }: { ownRun: string; mend(): Promise<void> },
): Promise<void> {
  for (const run of await runsIn(folder)) {
    if (run === ownRun) continue;
    const groups = readProcessRecord(folder, run);
    const isOver = groups === undefined || (await isEnded(run, groups));
    if (!isOver) continue;
    await mend();
    await rm(join(folder, run), { force: true });
  }
}

async function runsIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function isEnded(run: string, groups: readonly RecordedGroup[]): Promise<boolean> {
  const found = new Set<number>();
  for (const startedAt = performance.now(); performance.now() - startedAt < patienceMs; await delay(5)) {
    const isGroupLeft = killGroups(groups, found); // First: it is known as long as its first process is there.
    const isMarkedLeft = await killMarked(`${run}/`);
    if (!isGroupLeft && !isMarkedLeft) return true;
  }
  return false;
}

/**
 * Whether one of them was still running. A group that was once known by its first process is `found`: it keeps its number
 * as long as anybody is in it.
 */
function killGroups(groups: readonly RecordedGroup[], found: Set<number>): boolean {
  for (const group of groups) if (processState(group) !== "gone") found.add(group.pid);
  for (const pid of found) killGroup(pid, "SIGKILL");
  const left = groupsLeft(found);
  for (const pid of found) if (!left.has(pid)) found.delete(pid); // The number may be somebody else's from here on.
  return left.size > 0;
}
