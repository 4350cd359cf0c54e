import { readdir, readFile } from "node:fs/promises";
import { killGroup } from "./kill-group.ts";
import { groupOf } from "./start-time.ts";

/** In the environment of all that we start, and of all that it starts. */
export const markerName = "TALKCODY_COMMAND";

/** Ends the mark of a program that has no process group of its own: its group is the server's, and may hold programs of others. */
export const ungrouped = "ungrouped";

/** Ends processes that left the group of their command, known by the mark in their environment. Linux only; three rounds, because they may be forking. */
export async function endMarked(mark: string): Promise<void> {
  for (let round = 0; round < 3; round++) if (!(await killMarked(mark))) return;
}

/**
 * Whether there were any with a mark that begins like this. Each goes with its group, which is ours since what we start
 * has a session of its own: one of it may have cleared its environment, and the group may be on no record, on a full disk.
 * Only what a package started for us goes alone.
 */
export async function killMarked(mark: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const found = await findMarked(`${markerName}=${mark}`);
  const own = groupOf(process.pid); // A server that a command started may be in the command's group.
  for (const { pid, isUngrouped } of found) {
    const group = groupOf(pid) ?? 0;
    // 0 and 1 would mean all that is here.
    if (isUngrouped || group <= 1 || group === own) kill(pid);
    else killGroup(group, "SIGKILL");
  }
  return found.length > 0;
}

interface Marked {
  pid: number;
  isUngrouped: boolean;
}

async function findMarked(entry: string): Promise<Marked[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
      const mark = environment.split("\0").find((text) => text.startsWith(entry));
      return mark === undefined ? [] : [{ pid: Number(pid), isUngrouped: mark.endsWith(`/${ungrouped}`) }];
    }),
  );
  return found.flat();
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Ended meanwhile.
  }
}
