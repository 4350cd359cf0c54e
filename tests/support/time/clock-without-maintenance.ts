import { systemClock, type Clock } from "../../../lib/ports/clock.ts";

/** What the maintenance waits for before deltas leave the log. */
const settleMs = 5000;
const neverMs = 2 ** 31 - 1;

/** Real time in which the maintenance never comes: two readings of a log are the same, however long a busy machine takes. */
export const clockWithoutMaintenance: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms === settleMs ? neverMs : ms, signal),
};
