import { readdirSync, readFileSync } from "node:fs";

export interface RunningProcess {
  pid: number;
  parent: number;
  /** In pages. */
  resident: number;
}

/** All processes of the host that this process may see. About 20 microseconds for each. Linux only. */
export function readProcesses(): RunningProcess[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? readProcess(name) : []));
}

/** The processes that come from `pid`, without itself. In a process namespace these are all that are in it. */
export function descendants(processes: readonly RunningProcess[], pid: number): RunningProcess[] {
  const byParent = Map.groupBy(processes, ({ parent }) => parent);
  const found: RunningProcess[] = [];
  const open = [pid];
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    const children = byParent.get(parent) ?? [];
    found.push(...children);
    open.push(...children.map((child) => child.pid));
  }
  return found;
}

/** After the name, which may contain any character, proc(5) has the state, the parent, and as field 22 of these the resident pages. */
function readProcess(pid: string): RunningProcess[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return [];
    return [{ pid: Number(pid), parent: Number(fields[1]), resident: Number(fields[21]) }];
  } catch {
    return []; // It has ended.
  }
}
