import { readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { readProcesses } from "../limits/process-tree.ts";
import type { Probe } from "./probes.ts";

const survivalMs = 1000;

/** The script left a process behind. The kernel has to end it with the namespace. */
export async function nothingSurvives(namespace: string | undefined): Promise<Probe> {
  const name = "nothing-survives";
  if (namespace === undefined) return { name, passed: false, detail: "The probe did not finish." };
  for (const startedAt = performance.now(); performance.now() - startedAt < survivalMs; await pause(10))
    if (!isInhabited(namespace))
      return { name, passed: true, detail: "what a command leaves behind ends with it" };
  return { name, passed: false, detail: "A process outlived its command by a second." };
}

function isInhabited(namespace: string): boolean {
  return readProcesses().some(({ pid }) => namespaceOf(pid) === namespace); // Without those that have ended.
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined; // It has ended, or belongs to another user.
  }
}
