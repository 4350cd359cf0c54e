import { AppError } from "../../errors.ts";

/** What a person can act on, from what SQLite or the file system threw; everything else as it came. */
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

/** Another run of the server has begun on the same file. */
export class FencedError extends Error {
  constructor() {
    super("Another server has taken over these databases.");
    this.name = "Fenced";
  }
}

/** Runs work whose failures a person can act on. */
export function withStorageErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStorageError(error);
  }
}

/** The promise of durability cannot be kept on this file any more: what a later write says is not to be trusted. */
export function isFatal(error: unknown): boolean {
  const code = codeOf(error);
  if (error instanceof FencedError) return true;
  return !isFull(code) && /^SQLITE_(IOERR|CORRUPT|NOTADB)/.test(code);
}

/** What a fault that ends the server means for a person. */
export function faultSentence(error: unknown): string {
  const code = codeOf(error);
  const words = error instanceof Error ? error.message : String(error);
  if (error instanceof FencedError)
    return "Another server has taken over the data folder. This one ends, and wrote nothing since.";
  if (!isFatal(error))
    return `The server ends at a fault: ${(error instanceof Error && error.stack) || words}`;
  const after =
    "The server ends, so that nothing is promised that is not stored; all that it acknowledged is.";
  if (code.startsWith("SQLITE_IOERR"))
    return `The disk failed under a database (${words}, ${code}). ${after} Mend the disk, then start it again.`;
  return `A database is damaged (${words}, ${code}). ${after} Restore a backup, then start it again.`;
}

/** SQLite cannot grow its shared memory file either when there is no room. */
function isFull(code: string): boolean {
  return ["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "ENOSPC", "EDQUOT"].includes(code);
}

export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
