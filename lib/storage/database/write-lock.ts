import { codeOf } from "../disk/storage-errors.ts";

export interface WriteLockOptions {
  /** Sets how long SQLite waits for a lock; the event loop is blocked meanwhile. */
  waitFor(ms: number): void;
  busyTimeoutMs: number;
}

/**
 * Returns a function that runs `lock`, which takes the write lock. The first call that finds the lock held by another
 * process waits for it. While it stays held, later calls fail at once, because each wait would block the event loop and
 * with it every reader.
 */
export function createWriteLock({ waitFor, busyTimeoutMs }: WriteLockOptions): (lock: () => void) => void {
  let isHeld = false;
  const note = (held: boolean) => {
    if (held !== isHeld) waitFor(held ? 0 : busyTimeoutMs);
    isHeld = held;
  };
  return (lock) => {
    try {
      lock();
    } catch (error) {
      if (codeOf(error).startsWith("SQLITE_BUSY")) note(true);
      throw error;
    }
    note(false);
  };
}
