import type { Clock } from "../../../lib/ports/clock.ts";

export interface HandClock extends Clock {
  /** Time passes; whoever slept until then wakes. */
  passBy(ms: number): void;
  /** How many sleep. Who wakes, works and sleeps again has done its work. */
  readonly sleeping: number;
}

/** A clock that moves by hand alone. */
export function handClock(startMs = Date.UTC(2026, 10, 22, 12)): HandClock {
  let passedMs = 0;
  let sleepers: { at: number; wake(): void }[] = [];
  return {
    now: () => startMs + passedMs,
    elapsed: () => passedMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        sleepers.push({ at: passedMs + ms, wake: resolve });
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      }),
    get sleeping() {
      return sleepers.length;
    },
    passBy: (ms) => {
      passedMs += ms;
      const due = sleepers.filter(({ at }) => at <= passedMs);
      sleepers = sleepers.filter(({ at }) => at > passedMs);
      for (const { wake } of due) wake();
    },
  };
}
