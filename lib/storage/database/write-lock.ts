import { codeOf } from "../disk/storage-errors.ts";

export interface WriteLockOptions {
  /** Tells SQLite how long it may wait for a lock, and the event loop with it. */
  waitFor(ms: number): void;
  busyTimeoutMs: number;
}

/**
 * Runs what takes the write lock. The lock of another process is waited for once; as long as it is held after that,
 * everybody is refused at once, for each wait would hold up the event loop and with it those who only read.
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
