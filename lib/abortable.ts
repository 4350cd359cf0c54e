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
