import { AppError } from "../../errors.ts";

/** Reads what is stored of a session. Throws AppError session-damaged where it is not what was written. */
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
    `What is stored of session ${sessionId} cannot be read. Restore a backup, or go on in a new session.`,
    { cause },
  );
}

/** What `read` gives, or `substitute` where it cannot be read: one damaged row must not spoil a list. */
export function readOr<T>(substitute: T, read: () => T): T {
  try {
    return read();
  } catch {
    return substitute; // Whoever asks for the thing itself hears of it.
  }
}
