/** Items that wait for the end of the transaction. */
export interface Queue {
  readonly size: number;
  /** Removes all items and returns a function that delivers them. */
  commit(): () => void;
  /** Drops the items after the first `size`, newest first. */
  rewind(size: number): void;
}

export function createQueue<T>({
  deliver,
  drop,
  onFault,
}: {
  deliver: (items: T[]) => void;
  drop: (item: T) => void;
  /** Called with what `drop` throws. */
  onFault: (error: unknown) => void;
}): Queue & { add(item: T): void } {
  let items: T[] = [];
  return {
    get size() {
      return items.length;
    },
    add: (item) => void items.push(item),
    commit: () => {
      const taken = items;
      items = [];
      return () => deliver(taken);
    },
    rewind: (size) => {
      for (const item of items.splice(size).toReversed()) attempt(() => drop(item), onFault);
    },
  };
}

export function attempt(work: () => void, onFault: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    onFault(error);
  }
}
