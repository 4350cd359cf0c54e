/** Time for a writer: a clock that only goes forward, and work for later. */
export interface TimerSource {
  /** Milliseconds. */
  now(): number;
  /** Runs `work` after `ms`, or with 0 at the end of this turn of the event loop. Never keeps the process alive longer than that turn. Returns what cancels it. */
  schedule(ms: number, work: () => void): () => void;
}

export const systemTimers: TimerSource = {
  now: () => performance.now(),
  schedule(ms, work) {
    if (ms <= 0) {
      const immediate = setImmediate(work); // With unref the loop would sleep until something else wakes it.
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
};
