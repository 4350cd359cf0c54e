import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { killGroup } from "./kill-group.ts";
import { groupOf } from "./start-time.ts";

/** The variable that holds the mark: in the environment of every program that we start, and so of what it starts. */
export const markerName = "TALKCODY_COMMAND";

/** The end of the mark of a program in the server's own process group, which may contain programs of others. */
export const ungrouped = "ungrouped";

/** Rounds of looking and killing. A process may be forking, and on a busy machine a killed one takes a moment to go. */
const roundsMax = 200;
const pauseMs = 5;

/** Ends processes with a mark, also those that left the group of their command, and waits until they are gone. On Linux and macOS. */
export async function endMarked(mark: string): Promise<void> {
  for (let round = 0; round < roundsMax && (await killMarked(mark)); round++) await pause(pauseMs);
}

/**
 * Ends processes whose mark starts with `mark`, and returns whether there were any. Ends the whole group of each, because
 * another process of the group may have cleared its environment, and on a full disk the group may not be recorded. The
 * group is ours, because every program that we start has its own session. Only programs of packages are ended alone.
 */
export async function killMarked(mark: string): Promise<boolean> {
  if (!["linux", "darwin"].includes(process.platform)) return false;
  const find = process.platform === "linux" ? findMarked : listMarked;
  const found = await find(`${markerName}=${mark}`);
  const own = groupOf(process.pid); // When a command started this server, the server may be in the group of the command.
  for (const { pid, isUngrouped } of found) {
    const group = groupOf(pid) ?? 0;
    // Signals to group 0 or 1 would reach the server itself or every process.
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

/** For macOS, whose ps shows the environment behind the command. It hides that of the programs of the system. */
async function listMarked(entry: string): Promise<Marked[]> {
  const { stdout } = await promisify(execFile)("/bin/ps", ["-axEwwo", "pid=,command="], {
    ...{ env: { LC_ALL: "C" }, timeout: 5000, maxBuffer: 64 * 1024 * 1024 },
  }).catch(() => ({ stdout: "" }));
  return stdout.split("\n").flatMap((line) => {
    const mark = line.split(" ").find((word) => word.startsWith(entry));
    const pid = Number.parseInt(line, 10);
    if (mark === undefined || !(pid > 1) || pid === process.pid) return [];
    return [{ pid, isUngrouped: mark.endsWith(`/${ungrouped}`) }];
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
