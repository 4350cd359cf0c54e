import { readdirSync, readFileSync } from "node:fs";
import { until } from "../until.ts";

/** Ids of the processes of this host whose command line holds the text. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => commandLine(pid).includes(text))
    .map(Number);
}

/** The same without those that only start it, such as a shell or the sandbox: the command line begins with the text. */
export function programsWith(text: string): number[] {
  return processesWith(text).filter((pid) => commandLine(String(pid)).startsWith(text));
}

/** None is left, after a moment at most. */
export async function processesEnd(text: string): Promise<void> {
  await until(`no process is left with ${text}`, () => processesWith(text).length === 0);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // Ended meanwhile.
  }
}
