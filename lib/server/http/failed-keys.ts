import { createLruMap } from "../../ports/lru-map.ts";
import type { Clock } from "../../ports/clock.ts";

/** Wrong keys by the address they came from. */
export interface FailedKeys {
  /** Counts one more. Gives the seconds to wait when too many came. */
  count(address: string): number | undefined;
}

export interface FailedKeysOptions {
  clock: Pick<Clock, "elapsed">;
  /** So many may come at once; later ones as time passes. */
  failedKeysMax: number;
}

/** One failure is forgotten each time this passes. */
const forgetMs = 3000;
/** Addresses that are remembered; the one that failed longest ago makes room. */
const addressesMax = 10_000;

export function createFailedKeys({ clock, failedKeysMax }: FailedKeysOptions): FailedKeys {
  const failures = createLruMap<string, { count: number; at: number }>(addressesMax);
  const remembered = (address: string, now: number) => {
    const { count, at } = failures.get(address) ?? { count: 0, at: now };
    return Math.max(0, count - (now - at) / forgetMs);
  };
  return {
    count: (address) => {
      const now = clock.elapsed();
      // Whoever goes on is told to wait longer, but not without end.
      const count = Math.min(remembered(address, now) + 1, 2 * failedKeysMax);
      failures.set(address, { count, at: now });
      return count > failedKeysMax ? Math.ceil(((count - failedKeysMax + 1) * forgetMs) / 1000) : undefined;
    },
  };
}
