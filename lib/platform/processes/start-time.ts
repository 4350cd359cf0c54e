import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** When a process that was started just now started: its pid and this together mean one process only. Undefined when it is gone. */
export function processStart(pid: number): string | undefined {
  return isLinux ? statOf(pid)?.start : String(Date.now());
}

/** Whether the pid is still the process that `startOf` was asked about. `ended`: it is, but only its parent has not heard yet. */
export function processState({ pid, start }: { pid: number; start: string }): "running" | "ended" | "gone" {
  if (!isLinux) return isNear(start, listedStart(pid)) ? "running" : "gone";
  const stat = statOf(pid);
  if (stat?.start !== start) return "gone";
  return stat.state === "Z" || stat.state === "X" ? "ended" : "running";
}

/** The process groups in which there is anything but what has ended. */
export function groupsLeft(groups: ReadonlySet<number>): Set<number> {
  if (!isLinux || groups.size === 0) return new Set([...groups].filter(isGroupThere));
  const stats = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []));
  const running = stats.filter(({ state }) => state !== "Z" && state !== "X");
  return new Set(running.map(({ group }) => group).filter((group) => groups.has(group)));
}

/** The process group that a process is in; undefined when it is gone. Linux only. */
export function groupOf(pid: number): number | undefined {
  return statOf(pid)?.group;
}

/** Tells one start of this machine from another, where start times count from there. */
export function bootId(): string {
  return isLinux ? readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim() : "any";
}

const isLinux = process.platform === "linux";

/** proc(5): behind the name, which may hold anything, the state is the first field, the group the third, and the start, in ticks since the boot, the twentieth. */
function statOf(pid: number | string): { state: string; group: number; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", group: Number(fields[2]), start: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

/** In milliseconds since the epoch, in whole seconds; NaN when nothing has this pid. For macOS and the BSDs. */
function listedStart(pid: number): number {
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], {
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
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
