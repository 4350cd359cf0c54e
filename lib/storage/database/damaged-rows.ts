import { AppError } from "../../errors.ts";

/** Decodes stored values of a session. Throws AppError session-damaged when `read` throws. */
export function readRow<T>(sessionId: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw sessionDamaged(sessionId, cause);
  }
}

export function sessionDamaged(sessionId: string, cause: unknown): AppError {
  return new AppError(
    "session-damaged",
    `The stored data of session ${sessionId} cannot be read. Restore a backup, or continue in a new session.`,
    { cause },
  );
}

/** Returns what `read` returns, or `substitute` when it throws: one damaged row must not make a list fail. */
export function readOr<T>(substitute: T, read: () => T): T {
  try {
    return read();
  } catch {
    return substitute; // Reading the item by its id still throws.
  }
}
