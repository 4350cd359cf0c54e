import type { SandboxedProgram } from "../../ports/sandbox.ts";
import type { CommandResult } from "../../workspace.ts";
import { notStarted } from "./start-command.ts";

export type EndReason = NonNullable<CommandResult["ended"]>;

interface WatchOptions {
  timeoutMs: number;
  signal: AbortSignal;
}

/** Time between SIGTERM and SIGKILL. */
const graceMs = 2000;

/** Time for the streams of a command to close after it has ended. */
const drainMs = 2000;

export interface CommandEnd {
  /** Ends the command: SIGTERM, and SIGKILL after a grace period. */
  end(reason: EndReason): void;
  /** Rejects when the command could not be started. */
  ended: Promise<{ exitCode: number | null; exitSignal: string | null }>;
  /** Why it was ended; null when it ended by itself. */
  reason(): EndReason | null;
  stop(): void;
}

/** Waits for the command. Ends it when its time is over or the signal aborts. */
export function watchEnd(program: SandboxedProgram, { timeoutMs, signal }: WatchOptions): CommandEnd {
  let endReason: EndReason | null = null;
  let grace: NodeJS.Timeout | undefined;
  const end = (reason: EndReason) => {
    if (endReason !== null) return;
    endReason = reason;
    program.terminate();
    grace = setTimeout(() => program.kill(), graceMs);
  };
  const cancel = () => end("cancelled");
  const timer = setTimeout(() => end("timeout"), timeoutMs);
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  return {
    end,
    ended: program.ended.catch((error: unknown) => {
      throw notStarted(error);
    }),
    reason: () => endReason,
    stop: () => {
      clearTimeout(timer);
      clearTimeout(grace);
      signal.removeEventListener("abort", cancel);
    },
  };
}

/** Also when it could not be started, nothing of it stays. */
export async function endOfCommand(program: SandboxedProgram, ending: CommandEnd): CommandEnd["ended"] {
  try {
    return await ending.ended;
  } finally {
    ending.stop();
    await endLeftovers(program);
  }
}

/** Ends what the command left in the background, and stops reading streams that some process still holds open. */
async function endLeftovers(program: SandboxedProgram): Promise<void> {
  await program.release();
  const stopReading = () => [program.stdout, program.stderr].forEach((stream) => stream.destroy());
  setTimeout(stopReading, drainMs).unref();
}
