import { readdirSync, rmSync, statfsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type Sqlite from "better-sqlite3";
import { moveSynced, syncPath } from "../disk/write-synced.ts";

/**
 * Before a migration changes a database, keeps a copy beside it, such as `agents.db.before-0004`, so that a person can
 * go back to the earlier release. Only the last copy is kept. Throws an Error when the disk has no room for the copy,
 * because an upgrade that cannot be undone must not start.
 */
export function keepCopyBefore(sqlite: Sqlite.Database, path: string, version: number): void {
  const copy = `${path}.before-${String(version).padStart(4, "0")}`;
  const unfinished = `${copy}.new`;
  checkRoom(sqlite, path);
  rmSync(unfinished, { force: true }); // A killed run may have left one.
  sqlite.prepare("VACUUM INTO ?").run(unfinished);
  syncPath(unfinished);
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
      `The upgrade of ${basename(path)} first makes a copy of it, which needs ${Math.ceil(needed / 1024 ** 2)} MiB, but ` +
        `only ${Math.floor((bavail * bsize) / 1024 ** 2)} MiB are free. Free some space, or start the earlier release again.`,
    );
}
