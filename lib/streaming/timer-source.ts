/** The time of a writer: a clock that never goes back, and timers. */
export interface TimerSource {
  /** Milliseconds. */
  now(): number;
  /**
   * Runs `work` after `ms`; for 0 or less at the end of this turn of the event loop. Does not keep the process alive
   * longer than this turn. Returns a function that cancels it.
   */
  schedule(ms: number, work: () => void): () => void;
}

export const systemTimers: TimerSource = {
  now: () => performance.now(),
  schedule(ms, work) {
    if (ms <= 0) {
      const immediate = setImmediate(work); // Without unref: with it the event loop could sleep until something else wakes it.
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
};
