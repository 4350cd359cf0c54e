import { AppError } from "../../errors.ts";

/** Translates busy and full failures of SQLite or the file system to an AppError. Returns every other error as it is. */
export function asStorageError(error: unknown): Error {
  const code = codeOf(error);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return new AppError("busy", "Another process holds the database. Try again in a second.", {
      cause: error,
      retryAfterSeconds: 1,
    });
  if (isFull(code))
    return new AppError(
      "storage-full",
      "The disk of the host is full and nothing was stored. Free some space, then try again.",
      { cause: error },
    );
  return error instanceof Error ? error : new Error("Storage failed", { cause: error });
}

/** Another run of the server has started on the same file. */
export class FencedError extends Error {
  constructor() {
    super("Another server has taken over these databases.");
    this.name = "Fenced";
  }
}

/** Runs `work` and throws its failures as `asStorageError` translates them. */
export function withStorageErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStorageError(error);
  }
}

/** Whether the file can no longer be trusted: even a write that reports success may not be stored. */
export function isFatal(error: unknown): boolean {
  const code = codeOf(error);
  if (error instanceof FencedError) return true;
  return !isFull(code) && /^SQLITE_(IOERR|CORRUPT|NOTADB)/.test(code);
}

/** Explains to a person a fault that ends the server. */
export function faultSentence(error: unknown): string {
  const code = codeOf(error);
  const words = error instanceof Error ? error.message : String(error);
  if (error instanceof FencedError)
    return "Another server has taken over the data folder. This server stops. It has written nothing since.";
  if (!isFatal(error))
    return `The server stops because of a fault: ${(error instanceof Error && error.stack) || words}`;
  const after =
    "The server stops, so that it acknowledges nothing that is not stored. Everything it acknowledged before is stored.";
  if (code.startsWith("SQLITE_IOERR"))
    return `The disk failed under a database (${words}, ${code}). ${after} Repair the disk, then start the server again.`;
  return `A database is damaged (${words}, ${code}). ${after} Restore a backup, then start the server again.`;
}

/** SQLITE_IOERR_SHMSIZE: the disk had no room to grow the shared memory file. */
function isFull(code: string): boolean {
  return ["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "ENOSPC", "EDQUOT"].includes(code);
}

/** The code of a SQLite or system error; empty when it has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
