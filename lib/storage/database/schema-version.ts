import { closeSync, openSync, readSync, statSync } from "node:fs";
import { basename } from "node:path";
import Sqlite from "better-sqlite3";
import { migrationFiles } from "./migrate.ts";

/** Byte offset of `user_version` in the header of a SQLite file: 4 bytes, big-endian. */
const versionOffset = 60;

/** Throws when a newer release wrote the database. Call it before opening the file for writing, so that no byte changes. */
export function refuseNewer({ path, migrations }: { path: string; migrations: string }): void {
  const [version, known] = [storedVersion(path), migrationFiles(migrations).length];
  if (version > known)
    throw new Error(
      `${basename(path)} was written by a newer release (schema ${version}; this one knows ${known}). ` +
        "Start that release again, or go back as docs/guides/upgrade.md says.",
    );
}

/** 0 when there is no file or it is not a database. Opens the file only when its log is not empty, and then read-only. */
function storedVersion(path: string): number {
  if (sizeOf(`${path}-wal`) === 0) return versionInHeader(path);
  const sqlite = new Sqlite(path, { readonly: true });
  try {
    return Number(sqlite.pragma("user_version", { simple: true }));
  } finally {
    sqlite.close();
  }
}

function versionInHeader(path: string): number {
  if (sizeOf(path) < versionOffset + 4) return 0;
  const descriptor = openSync(path, "r");
  try {
    const header = Buffer.alloc(versionOffset + 4);
    readSync(descriptor, header, 0, header.length, 0);
    return header.toString("latin1", 0, 15) === "SQLite format 3" ? header.readInt32BE(versionOffset) : 0;
  } finally {
    closeSync(descriptor);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
