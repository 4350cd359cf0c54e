/** Entries by key, of which only the most recently used are kept. Both methods use an entry. */
export interface LruMap<Key, Value> {
  get(key: Key): Value | undefined;
  /** Drops the entry that was used longest ago when there are too many. */
  set(key: Key, value: Value): void;
}

export function createLruMap<Key, Value>(entriesMax: number): LruMap<Key, Value> {
  const entries = new Map<Key, Value>(); // In the order of their last use.
  const set = (key: Key, value: Value) => {
    entries.delete(key);
    entries.set(key, value);
    const [oldest = key] = entries.keys();
    if (entries.size > entriesMax) entries.delete(oldest);
  };
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
    set,
  };
}
