/** A queue of items in order, for one reader. */
export interface Inbox<T> {
  put(item: T): void;
  /** The next item. Waits for it; with `timeoutMs`, resolves to undefined when none comes in time. */
  take(timeoutMs?: number): Promise<T | undefined>;
  /** Takes the next item if it is here already and wanted. Does not wait. */
  takeIf<S extends T>(isWanted: (item: T) => item is S): S | undefined;
  /** Resolves when a wanted item is in the queue, or when the signal is aborted. Takes nothing. */
  seen(isWanted: (item: T) => boolean, signal: AbortSignal): Promise<void>;
  /** Resolves when fewer than 64 items wait, so that a writer does not run far ahead of the reader. */
  room(): Promise<void>;
}

const waitingMax = 64;

interface Context<T> {
  readonly items: T[];
  /** Wakes the writers that wait for room. */
  readonly writers: (() => void)[];
  /** Called with each new item. */
  readonly listeners: Set<(item: T) => void>;
  wakeReader: () => void;
}

export function createInbox<T>(): Inbox<T> {
  const context: Context<T> = { items: [], writers: [], listeners: new Set(), wakeReader: () => {} };
  return {
    put: (item) => put(context, item),
    take: async (timeoutMs) => {
      if (context.items.length === 0) await arrival(context, timeoutMs);
      return shift(context);
    },
    takeIf: (isWanted) => {
      const [first] = context.items;
      if (first === undefined || !isWanted(first)) return undefined;
      shift(context);
      return first;
    },
    seen: (isWanted, signal) => seen(context, isWanted, signal),
    room: async () => {
      const { items, writers } = context;
      if (items.length >= waitingMax) await new Promise<void>((resolve) => writers.push(resolve));
    },
  };
}

function put<T>({ items, listeners, wakeReader }: Context<T>, item: T): void {
  items.push(item);
  wakeReader();
  for (const listen of listeners) listen(item);
}

function arrival<T>(context: Context<T>, timeoutMs: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs);
    context.wakeReader = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function shift<T>({ items, writers }: Context<T>): T | undefined {
  const first = items.shift();
  const woken = items.length < waitingMax ? writers.splice(0) : [];
  for (const wake of woken) wake();
  return first;
}

function seen<T>(
  { items, listeners }: Context<T>,
  isWanted: (item: T) => boolean,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      listeners.delete(listen);
      resolve();
    };
    const listen = (item: T) => isWanted(item) && done();
    listeners.add(listen);
    signal.addEventListener("abort", done, { once: true });
    if (items.some(isWanted)) done();
  });
}
