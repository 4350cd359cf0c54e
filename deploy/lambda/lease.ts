export interface Held<T> {
  value: T;
  close(): Promise<void>;
}

/**
 * Shares one resource among concurrent users. It is opened for the first user and closed before the promise of the last one
 * settles, because a function that is asleep can neither keep a lock nor notice that it lost it.
 */
export function createLease<T>(open: () => Promise<Held<T>>) {
  let held: Promise<Held<T>> | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  let users = 0;

  const leave = () => {
    const leaving = held;
    held = undefined;
    // When opening failed there is nothing to close, and the users have got the error.
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
