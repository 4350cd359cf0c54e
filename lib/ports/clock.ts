import { abortable } from "../abortable.ts";

/** Time as an argument, so that tests and simulations can control it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some moment. Never goes back, also when the clock of the host is set. */
  elapsed(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    abortable(signal, ({ resolve }) => {
      const timer = setTimeout(resolve, ms);
      return () => clearTimeout(timer);
    }),
};

/** Resolves when the work settles, and after `ms` at the latest. The sleep keeps the process alive, so that what follows is not left out. */
export async function waitAtMost(ms: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  const isDone = new AbortController();
  await Promise.race([work, clock.sleep(ms, isDone.signal).catch(() => {})]);
  isDone.abort();
}
