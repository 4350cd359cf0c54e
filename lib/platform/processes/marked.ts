import { readdir, readFile } from "node:fs/promises";
import { killGroup } from "./kill-group.ts";
import { groupOf } from "./start-time.ts";

/** In the environment of all that we start, and of all that it starts. */
export const markerName = "TALKCODY_COMMAND";

/** Ends processes that left the group of their command, known by the mark in their environment. Linux only; three rounds, because they may be forking. */
export async function endMarked(mark: string): Promise<void> {
  for (let round = 0; round < 3; round++) if (!(await killMarked(mark))) return;
}

/**
 * Whether there were any with a mark that begins like this. Each goes with its group, which is ours since all that we start
 * has a session of its own: one of it may have cleared its environment, and the group may be on no record, on a full disk.
 */
export async function killMarked(mark: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const found = await findMarked(`${markerName}=${mark}`);
  const own = groupOf(process.pid); // A server that a command started may be in the command's group.
  for (const pid of found) {
    const group = groupOf(pid) ?? 0;
    // 0 and 1 would mean all that is here.
    if (group <= 1 || group === own) kill(pid);
    else killGroup(group, "SIGKILL");
  }
  return found.length > 0;
}

async function findMarked(entry: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const isMarked = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
      return environment.startsWith(entry) || environment.includes(`\0${entry}`);
    }),
  );
  return pids.filter((_, place) => isMarked[place]).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Ended meanwhile.
  }
}
