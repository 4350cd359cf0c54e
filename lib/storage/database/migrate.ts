import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type Sqlite from "better-sqlite3";
import type { DatabaseName } from "../../database-name.ts";
import type { ReachFailpoint } from "../../ports/failpoint.ts";
import { keepCopyBefore } from "./copy-before.ts";

/**
 * Brings the schema up to the newest migration. One transaction runs a file and stores its number, so a kill leaves
 * either the old or the new schema.
 */
export function migrate(
  sqlite: Sqlite.Database,
  { path, migrations, reach }: { path: string; migrations: string; reach: ReachFailpoint },
): void {
  const files = migrationFiles(migrations);
  const version = schemaVersion(sqlite);
  if (version > 0 && version < files.length) keepCopyBefore(sqlite, path, version + 1);
  for (const [index, file] of files.entries())
    if (index >= version) apply(sqlite, { sql: readFileSync(file, "utf8"), version: index + 1, file, reach });
}

/** The folder that holds the migrations of a database. */
export function migrationsOf(name: DatabaseName): string {
  return join(import.meta.dirname, "migrations", name);
}

/** Paths in order. The number at the start of a name is the schema version after that migration. */
export function migrationFiles(folder: string): string[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .toSorted();
  for (const [index, name] of names.entries())
    if (!name.startsWith(`${String(index + 1).padStart(4, "0")}-`))
      throw new Error(
        `Migration ${name} should have number ${index + 1}. Number the files without gaps or duplicates.`,
      );
  return names.map((name) => join(folder, name));
}

function apply(
  sqlite: Sqlite.Database,
  { sql, version, file, reach }: { sql: string; version: number; file: string; reach: ReachFailpoint },
): void {
  sqlite.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have applied it first.
    if (schemaVersion(sqlite) < version) {
      sqlite.exec(sql);
      sqlite.pragma(`user_version = ${version}`);
    }
    reach("migration.prepared");
    sqlite.exec("COMMIT");
    reach("migration.committed");
  } catch (error) {
    if (sqlite.inTransaction) sqlite.exec("ROLLBACK");
    throw withFile(error, file);
  }
}

/** Keeps the error's code, so that a full disk is still recognised. */
function withFile(error: unknown, file: string): unknown {
  if (error instanceof Error) error.message = `Migration ${basename(file)} failed: ${error.message}`;
  return error;
}

function schemaVersion(sqlite: Sqlite.Database): number {
  return Number(sqlite.pragma("user_version", { simple: true }));
}
