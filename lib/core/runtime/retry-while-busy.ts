import type { Clock } from "../../ports/clock.ts";
import { isTransient } from "../../errors.ts";

/** Time between two tries. */
const pauseMs = 500;
/** The first failure is reported, and then one in so many: one a minute. */
const triesBetweenReports = 120;

export interface RetryWhileBusyOptions {
  clock: Clock;
  signal: AbortSignal;
  reportFault(message: string, cause: unknown): void;
}

/**
 * Makes a change that must not be lost, such as the outcome of a command. While the database is locked or the disk is
 * full, it tries again. Rejects with the signal's reason when the signal is aborted first.
 */
export async function retryWhileBusy<T>(
  work: () => T,
  { clock, signal, reportFault }: RetryWhileBusyOptions,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (tries % triesBetweenReports === 0) reportFault("A change is refused; it is tried again", error);
      await clock.sleep(pauseMs, signal);
    }
  }
}
