import { accessSync, closeSync, constants, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { AppError } from "../../errors.ts";
import { codeOf, asStorageError } from "../disk/storage-errors.ts";

export interface DataFolderOptions {
  /** Both absolute. Created with mode 0700 when they are missing. */
  dataDir: string;
  workspacesDir: string;
  /** The address of the server that holds the folder, if it is known. */
  holder?: () => string | undefined;
  /** How long to wait for a server that is just stopping; blocks the event loop. By default 1000. */
  waitMs?: number;
}

/**
 * Creates the folders and locks the data folder for this process, because two servers on the same databases would both
 * run the same tasks. The operating system holds the lock, so it is released however the process ends. Returns a function
 * that releases it. Throws an Error that tells a person what to do when a folder cannot be used, and AppError busy when
 * another server holds the lock.
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
    return `This user may not write to the folder ${folder}. Change its owner or its mode`;
  if (code === "ENOENT")
    // Linux reports this below a folder of a read-only disk.
    return `The folder ${folder} cannot be created there. Make the disk writable`;
  if (code === "EROFS") return `The folder ${folder} is on a read-only disk. Make the disk writable`;
  if (code === "EEXIST" || code === "ENOTDIR")
    return `The folder ${folder} cannot be created, because a file is in its place. Move that file`;
  if (code === "ENOSPC" || code === "EDQUOT")
    return `The folder ${folder} cannot be created, because the disk is full. Free some space`;
  return `The folder ${folder} cannot be used (${code || "for an unknown reason"}). Repair it`;
}

/** Holds a transaction open in a database of its own, because SQLite locks work on every disk that its databases work on. */
function lock({ dataDir, holder, waitMs = 1000 }: DataFolderOptions): () => void {
  const path = join(dataDir, "server.lock");
  closeSync(openSync(path, "a", 0o600)); // SQLite itself would create it readable for everyone.
  const sqlite = new Sqlite(path, { timeout: waitMs });
  try {
    sqlite.pragma("journal_mode = MEMORY"); // Writes nothing, so that a full disk does not matter.
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
    `A server is already running on ${dataDir}${where}. Use that server, stop it first, ` +
    "or set TALKCODY_DATA_DIR to another folder for a second server."
  );
}
