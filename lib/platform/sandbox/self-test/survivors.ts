import { readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { readProcesses } from "../limits/process-tree.ts";
import type { LeftBehind, Probe } from "./probes.ts";

const survivalMs = 1000;

/** The script left a process behind. It has to end: with the namespace, or because it was seen. */
export async function nothingSurvives(left: LeftBehind | undefined): Promise<Probe> {
  const name = "nothing-survives";
  if (left === undefined) return { name, passed: false, detail: "The probe did not finish." };
  for (const startedAt = performance.now(); performance.now() - startedAt < survivalMs; await pause(10))
    if (!isThere(left)) return { name, passed: true, detail: "what a command leaves behind ends with it" };
  return { name, passed: false, detail: "A process outlived its command by a second." };
}

function isThere(left: LeftBehind): boolean {
  const processes = readProcesses(); // Without those that have ended.
  if ("pid" in left) return processes.some(({ pid }) => pid === left.pid);
  return processes.some(({ pid }) => namespaceOf(pid) === left.namespace);
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined; // It has ended, or belongs to another user.
  }
}
