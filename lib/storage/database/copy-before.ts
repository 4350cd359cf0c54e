import { closeSync, fsyncSync, openSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type Sqlite from "better-sqlite3";
import { moveSynced } from "../disk/move-synced.ts";

/**
 * Keeps the database as it is beside itself before a migration changes it, such as `agents.db.before-0004`: the way back
 * to the release of before. Only the last one is kept. Throws an Error when there is no room for it: an upgrade that
 * cannot be undone is not begun.
 */
export function keepCopyBefore(sqlite: Sqlite.Database, path: string, version: number): void {
  const copy = `${path}.before-${String(version).padStart(4, "0")}`;
  const unfinished = `${copy}.new`;
  checkRoom(sqlite, path);
  rmSync(unfinished, { force: true }); // Left by a life that was killed.
  sqlite.prepare("VACUUM INTO ?").run(unfinished);
  syncFile(unfinished);
  for (const older of copiesOf(path)) if (older !== unfinished) rmSync(older);
  moveSynced(unfinished, copy);
}

function copiesOf(path: string): string[] {
  const folder = dirname(path);
  const start = `${basename(path)}.before-`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(start))
    .map((name) => join(folder, name));
}

function checkRoom(sqlite: Sqlite.Database, path: string): void {
  const pages = Number(sqlite.pragma("page_count", { simple: true }));
  const needed = pages * Number(sqlite.pragma("page_size", { simple: true }));
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize < needed)
    throw new Error(
      `The upgrade of ${basename(path)} keeps a copy of it first, which needs ${Math.ceil(needed / 1024 ** 2)} MiB; ` +
        `${Math.floor((bavail * bsize) / 1024 ** 2)} MiB are free. Free some space, or start the release of before again.`,
    );
}

function syncFile(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
