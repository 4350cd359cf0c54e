export interface Backoff {
  /** The first wait; it doubles with each failure. */
  baseMs: number;
  mostMs: number;
  /** From 0 up to 1. */
  random: () => number;
}

export const defaultBackoff: Backoff = { baseMs: 250, mostMs: 30_000, random: Math.random };

/** Milliseconds to wait after so many failures in a row: half of it fixed, half by chance, so that many clients do not come back together. */
export function backoffMs({ baseMs, mostMs, random }: Backoff, failures: number): number {
  const whole = Math.min(mostMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return whole / 2 + (whole / 2) * random();
}

/** A server that said it would be back is asked often, but not for ever: it may not come. */
const awaitedMsMax = 1000;
const awaitedTriesMax = 60;

/** How to wait for a server that has announced its restart. */
export function awaited(backoff: Backoff, failures: number): Backoff {
  if (failures > awaitedTriesMax) return backoff;
  return { ...backoff, mostMs: Math.min(backoff.mostMs, awaitedMsMax) };
}

/** Waits; resolves at once when the signal is aborted. */
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
