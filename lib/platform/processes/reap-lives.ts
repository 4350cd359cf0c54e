import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { killGroup } from "./kill-group.ts";
import { readLifeRecord, type RecordedGroup } from "./life-record.ts";
import { killMarked } from "./marked.ts";
import { stateOf } from "./start-time.ts";

/** A process that the kernel cannot end, such as one that waits for a dead network disk, does not hold a start up for longer. */
const patienceMs = 2000;

/** Ends what earlier lives left running. A record goes when nothing of its life is left, and `mend` has put right what it left undone. */
export async function reapLives(
  folder: string,
  { ownLife, mend }: { ownLife: string; mend(): Promise<void> },
): Promise<void> {
  for (const life of await livesOn(folder)) {
    if (life === ownLife) continue;
    const groups = readLifeRecord(folder, life);
    const isOver = groups === undefined || (await isEnded(life, groups));
    if (!isOver) continue;
    await mend();
    await rm(join(folder, life), { force: true });
  }
}

async function livesOn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function isEnded(life: string, groups: readonly RecordedGroup[]): Promise<boolean> {
  for (const startedAt = performance.now(); performance.now() - startedAt < patienceMs; await delay(5)) {
    const isGroupLeft = killGroups(groups); // First: it is known as long as its first process is there.
    const isMarkedLeft = await killMarked(`${life}/`);
    if (!isGroupLeft && !isMarkedLeft) return true;
  }
  return false;
}

/** Whether one of them was still running. */
function killGroups(groups: readonly RecordedGroup[]): boolean {
  const states = groups.map((group) => {
    const state = stateOf(group);
    if (state !== "gone") killGroup(group.pid, "SIGKILL"); // Also when its first process has ended: others may be left.
    return state;
  });
  return states.includes("running");
}
