import { readdir, readFile } from "node:fs/promises";

/** In the environment of a command and of all it starts, where there are no namespaces to end them with. */
export const markerName = "TALKCODY_COMMAND";

/** Ends processes that left the group of their command, known by the mark in their environment. Linux only; three rounds, because they may be forking. */
export async function endStragglers(mark: string): Promise<void> {
  if (process.platform !== "linux") return;
  for (let round = 0; round < 3; round++) {
    const found = await findMarked(`${markerName}=${mark}`);
    if (found.length === 0) return;
    for (const pid of found) kill(pid);
  }
}

async function findMarked(entry: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const isMarked = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
      return environment.split("\0").includes(entry);
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
