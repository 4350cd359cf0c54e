import { closeSync, readdirSync, readFileSync } from "node:fs";

/** O_CLOEXEC of asm-generic/fcntl.h. */
const closesOnStart = 0o2000000;

/**
 * Closes what a parent left open, such as a pipe of a terminal or of npm, because every program that the server starts
 * would get it too. Call it before anything is opened. `given` is a descriptor that the server was given on purpose; the
 * channel of a parent that is a Node stays open too.
 */
export function closeInheritedDescriptors(given?: number): void {
  if (process.platform !== "linux") return;
  const kept = [0, 1, 2, given, (process.channel as { fd?: number } | undefined)?.fd]; // Node has it; its types do not.
  for (const descriptor of readdirSync("/proc/self/fd").map(Number)) {
    if (!kept.includes(descriptor) && isInherited(descriptor)) closeSync(descriptor);
  }
}

/** Everything that Node itself opened is closed in programs that it starts. */
function isInherited(descriptor: number): boolean {
  try {
    const [, flags = ""] =
      /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1")) ?? [];
    return flags !== "" && (Number.parseInt(flags, 8) & closesOnStart) === 0;
  } catch {
    return false; // The one that read the folder is closed by now.
  }
}
