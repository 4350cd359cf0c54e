/** How long to wait between tries. */
export interface Backoff {
  /** Milliseconds of the first wait; every further failure doubles it. */
  baseMs: number;
  /** Milliseconds of the longest wait. */
  mostMs: number;
  /** Returns a number from 0 up to, but not including, 1. */
  random: () => number;
}

export const defaultBackoff: Backoff = { baseMs: 250, mostMs: 30_000, random: Math.random };

/**
 * Milliseconds to wait after this many failures in a row. Half of the wait is fixed and half is random, so that many
 * clients do not come back at the same moment.
 */
export function backoffMs({ baseMs, mostMs, random }: Backoff, failures: number): number {
  const wholeMs = Math.min(mostMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return wholeMs / 2 + (wholeMs / 2) * random();
}

/** A restart takes seconds, so the client asks at least once a second, but only for about a minute. */
const restartWaitMsMax = 1000;
const restartTriesMax = 60;

/** The waits for a server that announced its restart. After 60 tries it may not come back, and the usual waits apply. */
export function restartBackoff(backoff: Backoff, failures: number): Backoff {
  if (failures > restartTriesMax) return backoff;
  return { ...backoff, mostMs: Math.min(backoff.mostMs, restartWaitMsMax) };
}

/** Waits. Resolves at once when the signal is aborted; never rejects. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}
