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

/** Resolves when the work settles, and after `ms` at the latest. The sleep keeps the process alive, so that what follows is not left out. */
export async function waitAtMost(ms: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  const isDone = new AbortController();
  await Promise.race([work, clock.sleep(ms, isDone.signal).catch(() => {})]);
  isDone.abort();
}

/** Settles the promise of `abortable`. Call one of them once, after `start` has returned. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/**
 * A promise that rejects with the signal's reason when the signal is aborted before it settles. `start` begins the wait
 * and returns a function that ends it; that function is called once, however the promise settles. When the signal is
 * aborted already, `start` is not called.
 */
export function abortable<T>(signal: AbortSignal, start: (settle: Settle<T>) => () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const onAbort = () => leave(() => reject(signal.reason as Error));
    const stop = start({
      resolve: (value) => leave(() => resolve(value)),
      reject: (error) => leave(() => reject(error as Error)),
    });
    const leave = (settle: () => void) => {
      signal.removeEventListener("abort", onAbort);
      stop();
      settle();
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** As `work`, but rejects with the signal's reason when the signal is aborted first. The work itself goes on. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return abortable(signal, ({ resolve, reject }) => {
    work.then(resolve, reject);
    return () => {};
  });
}
