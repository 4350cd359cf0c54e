import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { runningStats, statOf } from "./proc-stat.ts";

/**
 * The start time of a process that has just been started. Its id and this together identify one process. Undefined when
 * it is gone.
 */
export function processStart(pid: number): string | undefined {
  return isLinux ? statOf(pid)?.start : String(Date.now());
}

/** Whether a process id still means the process that started then. `ended`: it has ended, but its parent has not waited for it. */
export function processState({ pid, start }: { pid: number; start: string }): "running" | "ended" | "gone" {
  if (!isLinux) return isNear(start, listedStart(pid)) ? "running" : "gone";
  const stat = statOf(pid);
  if (stat?.start !== start) return "gone";
  return stat.hasEnded ? "ended" : "running";
}

/** Those of the process groups in which a process has not ended. */
export function groupsLeft(groups: ReadonlySet<number>): Set<number> {
  if (!isLinux || groups.size === 0) return new Set([...groups].filter(isGroupThere));
  return new Set(
    runningStats()
      .map(({ group }) => group)
      .filter((group) => groups.has(group)),
  );
}

/** The process group of a process; undefined when it is gone. Linux only. */
export function groupOf(pid: number): number | undefined {
  return statOf(pid)?.group;
}

/** Identifies a boot of this machine, because start times on Linux count from the boot. */
export function bootId(): string {
  return isLinux ? readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim() : "any";
}

const isLinux = process.platform === "linux";

/** In milliseconds since the epoch, rounded to seconds. NaN when no process has this id. For macOS and the BSDs. */
function listedStart(pid: number): number {
  const { stdout } = spawnSync("/bin/ps", ["-o", "lstart=", "-p", String(pid)], {
    env: { LC_ALL: "C" },
    encoding: "utf8",
    timeout: 5000,
  });
  return Date.parse((stdout ?? "").trim());
}

function isGroupThere(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

function isNear(recorded: string, listed: number): boolean {
  return Math.abs(Number(recorded) - listed) <= 2000;
}
