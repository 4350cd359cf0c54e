/** Things that happen, in order, for one reader. */
export interface Inbox<T> {
  put(item: T): void;
  /** The next item; undefined when nothing came in time. Without a time it waits. */
  take(timeoutMs?: number): Promise<T | undefined>;
  /** The next item when it is there already and is of this kind. */
  takeIf<S extends T>(isWanted: (item: T) => item is S): S | undefined;
  /** Resolves when such an item is put, or the signal is aborted. It stays to be taken. */
  hears(isWanted: (item: T) => boolean, signal: AbortSignal): Promise<void>;
  /** Resolves when the reader has kept up: at most `waitingMax` items wait. */
  room(): Promise<void>;
}

const waitingMax = 64;

export function createInbox<T>(): Inbox<T> {
  const items: T[] = [];
  const writers: (() => void)[] = [];
  const listeners = new Set<(item: T) => void>();
  let wakeReader = () => {};

  const arrival = (timeoutMs: number | undefined) =>
    new Promise<void>((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs);
      wakeReader = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const shift = () => {
    const first = items.shift();
    const woken = items.length < waitingMax ? writers.splice(0) : [];
    for (const wake of woken) wake();
    return first;
  };
  return {
    put: (item) => {
      items.push(item);
      wakeReader();
      for (const hear of listeners) hear(item);
    },
    take: async (timeoutMs) => {
      if (items.length === 0) await arrival(timeoutMs);
      return shift();
    },
    takeIf: (isWanted) => {
      const first = items[0];
      if (first === undefined || !isWanted(first)) return undefined;
      shift();
      return first;
    },
    hears: (isWanted, signal) =>
      new Promise((resolve) => {
        const done = () => {
          listeners.delete(hear);
          resolve();
        };
        const hear = (item: T) => isWanted(item) && done();
        listeners.add(hear);
        signal.addEventListener("abort", done, { once: true });
        if (items.some(isWanted)) done();
      }),
    room: async () => {
      if (items.length >= waitingMax) await new Promise<void>((resolve) => writers.push(resolve));
    },
  };
}
