import { chmodSync, closeSync, openSync } from "node:fs";
import { basename } from "node:path";
import Sqlite from "better-sqlite3";
import { connect } from "./connection.ts";
import type { Database, DatabaseOptions } from "./database.ts";
import { asStorageError } from "../disk/storage-errors.ts";
import { migrate } from "./migrate.ts";
import { refuseNewer } from "./schema-version.ts";

/** Longer than for requests, because at start-up the previous process may still be releasing its lock. */
const openTimeoutMs = 5000;

/** SQLite truncates a larger write-ahead log to this size. */
export const walBytesKept = 64 * 1024 * 1024;

export function openDatabase(options: DatabaseOptions): Database {
  refuseNewer(options);
  createPrivateFile(options.path);
  const sqlite = new Sqlite(options.path, { timeout: openTimeoutMs });
  try {
    configure(sqlite, options.path);
    migrate(sqlite, options);
    sqlite.pragma(`busy_timeout = ${options.busyTimeoutMs}`);
  } catch (error) {
    sqlite.close();
    throw asStorageError(error);
  }
  return connect(sqlite, options);
}

/** SQLite gives its other files the mode of the database file. */
function createPrivateFile(path: string): void {
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}

function configure(sqlite: Sqlite.Database, path: string): void {
  assertVersion(String(sqlite.prepare("SELECT sqlite_version()").pluck().get()));
  // Takes effect only in a new file, but would also write to an existing one.
  if (sqlite.pragma("page_count", { simple: true }) === 0) sqlite.pragma("auto_vacuum = INCREMENTAL");
  expectPragma(sqlite, "journal_mode = WAL", { path, name: "journal_mode", value: "wal" });
  // better-sqlite3 reopens a WAL file with NORMAL, which can lose acknowledged commits.
  expectPragma(sqlite, "synchronous = FULL", { path, name: "synchronous", value: 2 });
  expectPragma(sqlite, "foreign_keys = ON", { path, name: "foreign_keys", value: 1 });
  sqlite.pragma(`journal_size_limit = ${walBytesKept}`);
  sqlite.pragma("secure_delete = FAST"); // So that a removed secret does not stay in the file.
  sqlite.pragma("temp_store = MEMORY"); // So that reads work when the disk is full.
}

function expectPragma(
  sqlite: Sqlite.Database,
  pragma: string,
  expected: { path: string; name: string; value: string | number },
): void {
  sqlite.pragma(pragma);
  const value = sqlite.pragma(expected.name, { simple: true });
  if (value !== expected.value)
    throw new Error(
      `${basename(expected.path)}: ${expected.name} should be ${expected.value}; it is ${String(value)}. ` +
        "Durability cannot be promised on this file system.",
    );
}

/** Before 3.51.3, a WAL checkpoint by another process, such as a replicator, could corrupt the file. */
export function assertVersion(version: string): void {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (major * 1e6 + minor * 1e3 + patch < 3_051_003)
    throw new Error(
      `SQLite 3.51.3 or newer is needed, but better-sqlite3 contains ${version}. Install a newer better-sqlite3.`,
    );
}
