export interface Held<T> {
  value: T;
  close(): Promise<void>;
}

/**
 * Shares one thing among those who use it at the same time. It is opened for the first of them, and closed before the
 * last one's promise settles: a function that is asleep can neither keep a lock nor hear that it lost one.
 */
export function createLease<T>(open: () => Promise<Held<T>>) {
  let held: Promise<Held<T>> | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  let users = 0;

  const leave = () => {
    const leaving = held;
    held = undefined;
    // What could not be opened needs no closing, and its users were told.
    const closing = leaving?.then(
      ({ close }) => close(),
      () => undefined,
    );
    ended = Promise.resolve(closing).catch(() => undefined);
    return closing;
  };

  /** Rejects with what `open` or `use` throws. */
  return async <R>(use: (value: T) => Promise<R>): Promise<R> => {
    users += 1;
    held ??= ended.then(open);
    try {
      return await use((await held).value);
    } finally {
      users -= 1;
      if (users === 0) await leave();
    }
  };
}
