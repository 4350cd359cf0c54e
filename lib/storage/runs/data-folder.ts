import { accessSync, closeSync, constants, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { AppError } from "../../errors.ts";
import { codeOf, asStorageError } from "../disk/storage-errors.ts";

export interface DataFolderOptions {
  /** Both absolute; made for their owner alone when they are missing. */
  dataDir: string;
  workspacesDir: string;
  /** The address of the server that holds the folder, as far as it is known. */
  holder?: () => string | undefined;
  /** How long a server that is just ending may take to let go; the event loop waits too. */
  waitMs?: number;
}

/**
 * Makes the folders and takes them for this process alone: two servers on the same databases would both run the same
 * tasks. The operating system holds the lock, so that it ends with the process, however that ends. Returns what lets go.
 * Throws an Error with a sentence a person can act on when a folder cannot be used; that is busy when another server
 * has it.
 */
export function holdDataFolder(options: DataFolderOptions): () => void {
  prepare(options.dataDir, "TALKCODY_DATA_DIR");
  prepare(options.workspacesDir, "TALKCODY_WORKSPACES_DIR");
  return lock(options);
}

function prepare(folder: string, variable: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`${reasonFor(folder, codeOf(error))}, or set ${variable} to another folder.`, {
      cause: error,
    });
  }
}

function reasonFor(folder: string, code: string): string {
  if (code === "EACCES" || code === "EPERM")
    return `The folder ${folder} may not be written by this user. Change its owner or its mode`;
  if (code === "ENOENT")
    // What Linux says below a folder of a read-only disk.
    return `The folder ${folder} cannot be made there. Make the disk writable`;
  if (code === "EROFS") return `The folder ${folder} is on a disk that is read-only. Make it writable`;
  if (code === "EEXIST" || code === "ENOTDIR")
    return `The folder ${folder} cannot be made, because a file is in its place. Move that file`;
  if (code === "ENOSPC" || code === "EDQUOT")
    return `The folder ${folder} cannot be made, because the disk is full. Free some space`;
  return `The folder ${folder} cannot be used (${code || "for an unknown reason"}). Mend it`;
}

/** A transaction that never ends, on a database of its own: the locks of SQLite hold wherever its databases do. */
function lock({ dataDir, holder, waitMs = 1000 }: DataFolderOptions): () => void {
  const path = join(dataDir, "server.lock");
  closeSync(openSync(path, "a", 0o600)); // SQLite would let everyone read it.
  const sqlite = new Sqlite(path, { timeout: waitMs });
  try {
    sqlite.pragma("journal_mode = MEMORY"); // Nothing is ever written, so that a full disk is no hindrance.
    sqlite.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    sqlite.close();
    throw codeOf(error).startsWith("SQLITE_BUSY")
      ? new AppError("busy", takenSentence(dataDir, holder?.()))
      : asStorageError(error);
  }
  return () => void sqlite.close();
}

function takenSentence(dataDir: string, url: string | undefined): string {
  const where = url === undefined ? "" : `, at ${url}`;
  return (
    `A server is running on ${dataDir} already${where}. Use that one; or stop it first; ` +
    "or set TALKCODY_DATA_DIR to another folder for a second one."
  );
}
