import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

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
  return stat.state === "Z" || stat.state === "X" ? "ended" : "running";
}

/** Those of the process groups in which a process has not ended. */
export function groupsLeft(groups: ReadonlySet<number>): Set<number> {
  if (!isLinux || groups.size === 0) return new Set([...groups].filter(isGroupThere));
  const stats = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []));
  const running = stats.filter(({ state }) => state !== "Z" && state !== "X");
  return new Set(running.map(({ group }) => group).filter((group) => groups.has(group)));
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

/**
 * As proc(5) describes: after the name, which may contain any character, the state is the first field, the group the
 * third, and the start, in ticks since the boot, the twentieth.
 */
function statOf(pid: number | string): { state: string; group: number; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", group: Number(fields[2]), start: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

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
