import { spawnSync } from "node:child_process";
import { runningStats } from "../../processes/proc-stat.ts";
import { pageBytes } from "./page-bytes.ts";

export interface RunningProcess {
  pid: number;
  parent: number;
  residentBytes: number;
  /** When it started. With its id it means one process, also when another one has the id later. */
  started: string;
}

/** All processes of the host that this process may see and that have not ended. */
export function readProcesses(): RunningProcess[] {
  if (process.platform !== "linux") return listProcesses();
  return runningStats().map(({ pid, parent, start, residentPages }) => ({
    ...{ pid, parent, started: start },
    residentBytes: residentPages * pageBytes(),
  }));
}

/** The same for macOS and the BSDs, by a program of the system. Empty when it could not be started. */
export function listProcesses(): RunningProcess[] {
  const { stdout } = spawnSync("/bin/ps", ["-axo", "pid=,ppid=,rss=,lstart="], {
    ...{ env: { LC_ALL: "C" }, encoding: "utf8", timeout: 5000, maxBuffer: 16 * 1024 * 1024 },
  });
  return (stdout ?? "").split("\n").flatMap(parseProcess);
}

let latest: { processes: RunningProcess[]; at: number } | undefined;

/** Not older than a second where reading them takes a program, so that many watchers share it. */
export function recentProcesses(): RunningProcess[] {
  if (process.platform === "linux") return readProcesses();
  if (latest === undefined || performance.now() - latest.at > 1000)
    latest = { processes: readProcesses(), at: performance.now() };
  return latest.processes;
}

/** The processes that come from those, without themselves. */
export function descendants(processes: readonly RunningProcess[], ...pids: number[]): RunningProcess[] {
  const byParent = Map.groupBy(processes, ({ parent }) => parent);
  const found: RunningProcess[] = [];
  const open = [...pids];
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    const children = byParent.get(parent) ?? [];
    byParent.delete(parent);
    found.push(...children);
    open.push(...children.map((child) => child.pid));
  }
  return found;
}

/** A line of ps: its sizes are in KiB. */
function parseProcess(line: string): RunningProcess[] {
  const [, pid, parent, kibibytes, started = ""] = /^ *(\d+) +(\d+) +(\d+) +(.*\S) *$/.exec(line) ?? [];
  if (pid === undefined) return [];
  return [{ pid: Number(pid), parent: Number(parent), residentBytes: Number(kibibytes) * 1024, started }];
}
