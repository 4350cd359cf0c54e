import type { Clock } from "../clock.ts";
import { willPass } from "../errors.ts";

/** Time between two tries of a change that the database refused for the moment. */
const pauseMs = 500;

/**
 * Makes a change that must not be lost, such as the outcome of a command: while the database is locked or the disk is
 * full it is tried again. Rejects with the signal's reason when that is aborted first.
 */
export async function insist<T>(
  work: () => T,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!willPass(error)) throw error;
      await clock.sleep(pauseMs, signal);
    }
  }
}
