import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Command lines of processes that were started for this folder: it holds the home that they were given, or, in the
 * sandbox, the workspace that is mounted for them.
 */
export function processesOf(folder: string, except: readonly number[]): string[] {
  const entry = `HOME=${folder}/home`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && !except.includes(Number(name)))
    .filter(
      (pid) =>
        readFacts(pid, "environ").split("\0").includes(entry) ||
        readFacts(pid, "mountinfo").includes(`${folder}/`),
    )
    .map((pid) => `${pid} ${readFacts(pid, "cmdline").replaceAll("\0", " ").slice(0, 300)}`);
}

/** What is still there when it had time to go. */
export async function orphansOf(
  folder: string,
  { except, withinMs }: { except: readonly number[]; withinMs: number },
): Promise<string[]> {
  const end = performance.now() + withinMs;
  for (;;) {
    const left = processesOf(folder, except);
    if (left.length === 0 || performance.now() > end) return left;
    await pause(50);
  }
}

function readFacts(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return ""; // Ended meanwhile, or not ours to see.
  }
}
