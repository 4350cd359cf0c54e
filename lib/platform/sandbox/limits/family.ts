import { killGroup } from "../../processes/kill-group.ts";
import type { StartedProgram } from "../../processes/processes.ts";
import { descendants, readProcesses, recentProcesses, type RunningProcess } from "./process-tree.ts";

/** A started program with everything that comes from it. */
export interface Family {
  /** Those that count against the limits. */
  look(): RunningProcess[];
  /** Asks the program and what it started to end. */
  terminate(): void;
  kill(): void;
  /** Ends what is left, when the program has ended. */
  release(started: StartedProgram): Promise<void>;
}

/** In a process namespace: its outermost process, outside, and the first one inside only wait; with them the kernel ends the rest. */
export function familyInNamespace(pid: number): Family {
  return {
    look: () => descendants(recentProcesses(), pid),
    terminate: () => {
      const processes = readProcesses();
      const first = new Set(processes.filter(({ parent }) => parent === pid).map((child) => child.pid));
      for (const inside of descendants(processes, pid)) if (!first.has(inside.pid)) signal(inside, "SIGTERM");
    },
    kill: () => killGroup(pid, "SIGKILL"),
    release: async (started) => started.leave(),
  };
}

/**
 * Where there are no process namespaces. Each look remembers what it finds, so a process that left the group and lost its
 * parent after a look still belongs to the family.
 */
export function rememberedFamily(pid: number): Family {
  const known = new Map<number, string>();
  const find = (processes: readonly RunningProcess[]): RunningProcess[] => {
    const own = processes.filter((each) => each.pid === pid || known.get(each.pid) === each.started);
    const found = [...own, ...descendants(processes, ...own.map((each) => each.pid))];
    for (const each of found) known.set(each.pid, each.started);
    return [...new Map(found.map((each) => [each.pid, each])).values()];
  };
  const kill = () => {
    const found = find(readProcesses()); // Before the group ends, because then its children lose their parents.
    killGroup(pid, "SIGKILL");
    for (const each of found) if (each.pid !== pid) signal(each, "SIGKILL");
  };
  return {
    look: () => find(recentProcesses()),
    terminate: () => find(readProcesses()).forEach((each) => signal(each, "SIGTERM")),
    kill,
    release: async (started) => {
      kill();
      await started.leaveNothing();
    },
  };
}

function signal({ pid }: RunningProcess, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
