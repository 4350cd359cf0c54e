import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SandboxLimits } from "../../../ports/sandbox.ts";
import type { SandboxLimit } from "../../../workspace.ts";
import { findGroupRoots, type GroupRoots } from "./group-roots.ts";

/** The control groups of one program: the kernel counts all its processes together. */
export interface ProgramGroup {
  /** The limit at which the kernel ended or refused something; null when it did not. */
  exceeded(): SandboxLimit | null;
  /** Call it when the program has ended. */
  remove(): void;
}

/** Puts programs into groups of their own. Undefined where this host lets the server make none. */
export interface ControlGroups {
  /** Puts a process that has just started into a new group, with what it starts. Undefined when that fails. */
  hold(pid: number, limits: SandboxLimits): ProgramGroup | undefined;
  close(): void;
}

/** `proc` and `sys` are where the kernel shows processes and groups. */
export function openControlGroups(
  places = { proc: "/proc", sys: "/sys/fs/cgroup" },
): ControlGroups | undefined {
  const roots = findGroupRoots(places, `${prefix}${process.pid}`);
  if (roots === undefined) return undefined;
  removeOthers(roots);
  let count = 0;
  return {
    hold: (pid, limits) => holdProgram(roots, { pid, limits, name: String(++count) }),
    close: () => Object.values(roots.folders).forEach(removeFolder),
  };
}

const prefix = "talkcody-";

function holdProgram(
  { version, folders }: GroupRoots,
  { pid, limits, name }: { pid: number; limits: SandboxLimits; name: string },
): ProgramGroup | undefined {
  const groups = [...new Set(Object.values(folders))].map((folder) => join(folder, name));
  const at = (controller: keyof GroupRoots["folders"]) => join(folders[controller], name);
  try {
    groups.forEach((group) => mkdirSync(group));
    const files = version === 2 ? filesOfTwo(limits) : filesOfOne(limits);
    for (const [controller, file, value] of files) write(join(at(controller), file), value);
    groups.forEach((group) => writeFileSync(join(group, "cgroup.procs"), String(pid)));
  } catch {
    groups.forEach(removeFolder);
    return undefined; // The other limits hold.
  }
  return {
    exceeded: () => exceededIn(version, { memory: at("memory"), pids: at("pids") }),
    remove: () => groups.forEach(removeFolder),
  };
}

type Setting = [controller: keyof GroupRoots["folders"], file: string, value: number];

/** The process outside counts too, so this limit comes before that of prlimit, and is noted. A weight of 100 is that of the server. */
function filesOfTwo({ processes, memoryBytes }: SandboxLimits): Setting[] {
  return [
    ["pids", "pids.max", processes],
    ["memory", "memory.max", memoryBytes],
    ["memory", "memory.swap.max", 0],
    ["memory", "memory.oom.group", 1],
    ["cpu", "cpu.weight", 25],
  ];
}

/** 1024 shares are those of the server. */
function filesOfOne({ processes, memoryBytes }: SandboxLimits): Setting[] {
  return [
    ["pids", "pids.max", processes],
    ["memory", "memory.limit_in_bytes", memoryBytes],
    ["cpu", "cpu.shares", 256],
  ];
}

/** Some files are missing, depending on how the kernel was built: swap is one. */
function write(file: string, value: number): void {
  try {
    writeFileSync(file, String(value), { flag: "r+" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function exceededIn(version: 1 | 2, at: { memory: string; pids: string }): SandboxLimit | null {
  const killed = countOf(join(at.memory, version === 2 ? "memory.events" : "memory.oom_control"), "oom_kill");
  if (killed > 0) return "memory";
  return countOf(join(at.pids, "pids.events"), "max") > 0 ? "processes" : null;
}

function countOf(file: string, name: string): number {
  try {
    return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(readFileSync(file, "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** What servers that were killed left behind. A group with processes cannot be removed, so those of a running server stay. */
function removeOthers({ folders }: GroupRoots): void {
  for (const folder of new Set(Object.values(folders))) {
    const parent = join(folder, "..");
    for (const name of readdirSync(parent).filter((each) => each.startsWith(prefix)))
      if (join(parent, name) !== folder && !isRunning(name.slice(prefix.length)))
        removeFolder(join(parent, name));
  }
}

function isRunning(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}

/** With the groups in it. What still has processes stays, and goes at the next start of a server. */
function removeFolder(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) rmdirSync(join(folder, entry.name));
    rmdirSync(folder);
  } catch {
    // It has processes, or is gone.
  }
}
