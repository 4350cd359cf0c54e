import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { within } from "../monotonic.ts";

const ticksPerSecond = 100; // USER_HZ of every Linux that Node runs on.

export interface Program {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

export interface StartedProgram {
  pid: number;
  /** Resolves when the process has exited; rejects when it has not within 20 s. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Starts it in its own process group, as a service manager does. */
export function start({ command, args, cwd, env }: Program): StartedProgram {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "ignore", "inherit"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    pid: child.pid ?? 0,
    stop: async (signal) => {
      child.kill(signal);
      await within(20_000, exited, `${command} after ${signal}`);
    },
  };
}

/** Processor time of a process and its children, including ended ones, in seconds. */
export function cpuSeconds(pid: number): number {
  const ticks = family(pid).flatMap((member) => stat(member).slice(11, 15));
  return ticks.reduce((sum, field) => sum + Number(field), 0) / ticksPerSecond;
}

/** Resident memory of a process and its children, in MB of 10^6 bytes. */
export function memoryMb(pid: number): number {
  return family(pid).reduce((sum, member) => sum + statusKb(member, "VmRSS") * 1.024e-3, 0);
}

/** Highest resident memory of the process itself since its start, in MB. */
export function peakMemoryMb(pid: number): number {
  return statusKb(pid, "VmHWM") * 1.024e-3;
}

export function isAlive(pid: number): boolean {
  const fields = stat(pid);
  return fields.length > 0 && fields[0] !== "Z";
}

/** Processes with exactly these words on their command line. */
export function processesOf(...words: string[]): number[] {
  const wanted = `${words.join("\0")}\0`;
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return pids.filter((pid) => read(`/proc/${pid}/cmdline`) === wanted).map(Number);
}

function family(pid: number): number[] {
  const threads = list(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(" "));
  return [pid, ...children.filter((child) => child.trim() !== "").flatMap((child) => family(Number(child)))];
}

/** Fields of /proc/<pid>/stat from the state on; empty when the process is gone. */
function stat(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`);
  return text === "" ? [] : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function statusKb(pid: number, name: string): number {
  const line = read(`/proc/${pid}/status`)
    .split("\n")
    .find((candidate) => candidate.startsWith(`${name}:`));
  return Number(line?.replace(/\D/g, "") ?? 0);
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
