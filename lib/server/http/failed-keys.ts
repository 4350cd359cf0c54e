import { createLruMap, type LruMap } from "../../ports/lru-map.ts";
import type { Clock } from "../../ports/clock.ts";

/** Counts wrong API keys by the address that sent them. */
export interface FailedKeys {
  /** Counts one more wrong key. Returns the seconds to wait when there were too many. */
  count(address: string): number | undefined;
}

export interface FailedKeysOptions {
  clock: Pick<Clock, "elapsed">;
  /** How many may come in a burst; more are allowed as time passes. */
  failedKeysMax: number;
}

/** The count goes down by one each time this passes. */
const forgetMs = 3000;
/** Number of remembered addresses; the one that failed longest ago is dropped first. */
const addressesMax = 10_000;

export function createFailedKeys(options: FailedKeysOptions): FailedKeys {
  const failures: Failures = createLruMap(addressesMax);
  return { count: (address) => countFailure(failures, address, options) };
}

/** By address; the address that failed last comes last. */
type Failures = LruMap<string, { count: number; at: number }>;

function countFailure(
  failures: Failures,
  address: string,
  { clock, failedKeysMax }: FailedKeysOptions,
): number | undefined {
  const now = clock.elapsed();
  // The wait grows with further failures, but only up to a limit.
  const count = Math.min(remembered(failures, address, now) + 1, 2 * failedKeysMax);
  failures.set(address, { count, at: now });
  return count > failedKeysMax ? Math.ceil(((count - failedKeysMax + 1) * forgetMs) / 1000) : undefined;
}

function remembered(failures: Failures, address: string, now: number): number {
  const { count, at } = failures.get(address) ?? { count: 0, at: now };
  return Math.max(0, count - (now - at) / forgetMs);
}
