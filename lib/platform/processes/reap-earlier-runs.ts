import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { killGroup } from "./kill-group.ts";
import { readProcessRecord, type RecordedGroup } from "./process-record.ts";
import { killMarked } from "./marked.ts";
import { groupsLeft, processState } from "./start-time.ts";

/** The start waits no longer for a process that the kernel cannot end, such as one that waits for a dead network disk. */
const waitMsMax = 2000;

/**
 * Ends what earlier runs left running. When nothing of a run is left, `repair` corrects what the ended processes left
 * behind, and then its record is removed.
 */
export async function reapEarlierRuns(
  folder: string,
  { ownRun, repair }: { ownRun: string; repair: () => Promise<void> },
): Promise<void> {
  for (const run of await runsIn(folder)) {
    if (run === ownRun) continue;
    const groups = readProcessRecord(folder, run);
    const isOver = groups === undefined || (await isEnded(run, groups));
    if (!isOver) continue;
    await repair();
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
  for (const startedAt = performance.now(); performance.now() - startedAt < waitMsMax; await delay(5)) {
    const isGroupLeft = killGroups(groups, found); // Comes first, because a group is recognised only while its first process exists.
    const isMarkedLeft = await killMarked(`${run}/`);
    if (!isGroupLeft && !isMarkedLeft) return true;
  }
  return false;
}

/**
 * Whether one of the groups was still running. `found` holds groups whose first process was recognised once: a group
 * keeps its id while any process is in it.
 */
function killGroups(groups: readonly RecordedGroup[], found: Set<number>): boolean {
  for (const group of groups) if (processState(group) !== "gone") found.add(group.pid);
  for (const pid of found) killGroup(pid, "SIGKILL");
  const left = groupsLeft(found);
  for (const pid of found) if (!left.has(pid)) found.delete(pid); // Another group may get this id from now on.
  return left.size > 0;
}
