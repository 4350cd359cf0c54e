import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { databaseNames, type DatabaseName } from "../../../../lib/database-name.ts";
import { migrationFiles, migrationsOf } from "../../../../lib/storage/database/migrate.ts";
import { damagesIn } from "../../../../lib/storage/index.ts";
import * as temp from "../temp-storage.ts";

const filesOf = (name: DatabaseName) => migrationFiles(migrationsOf(name));
const contentsOf = (folder: string) =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith("-shm"))
      .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name)).toString("base64")]),
  );

/** Databases as the release before the fourth migration left them, with a row in every table. */
function olderFolder(): string {
  const folder = temp.tempFolder();
  for (const name of databaseNames) {
    const files = filesOf(name).slice(0, name === "chat_history" ? 3 : 2);
    const sqlite = new Sqlite(join(folder, `${name}.db`));
    sqlite.pragma("journal_mode = WAL");
    for (const file of files) sqlite.exec(readFileSync(file, "utf8"));
    sqlite.exec(readFileSync(new URL(`../../../fixtures/release-0003/${name}.sql`, import.meta.url), "utf8"));
    sqlite.pragma(`user_version = ${files.length}`);
    sqlite.close();
  }
  return folder;
}

function tablesOf(path: string): string[] {
  const sqlite = new Sqlite(path, { readonly: true });
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  const names = sqlite.prepare<[], string>(sql).pluck().all();
  sqlite.close();
  return names;
}

function rowsOf(path: string, table: string): Record<string, unknown>[] {
  const sqlite = new Sqlite(path, { readonly: true });
  const rows = sqlite.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).all();
  sqlite.close();
  return rows;
}

test.each(databaseNames)("where only %s.db is newer, nothing of any file is changed", (name) => {
  const folder = olderFolder();
  const newer = new Sqlite(join(folder, `${name}.db`));
  onTestFinished(() => void newer.close());
  newer.pragma("user_version = 9999"); // It stands in the write-ahead log, as after a kill.
  const before = contentsOf(folder);
  expect([...before.keys()]).toContain(`${name}.db-wal`);
  expect(() => temp.open(folder)).toThrow(`${name}.db was written by a newer release (schema 9999`);
  expect(contentsOf(folder)).toEqual(before);
});

test("what the release before wrote comes through, row by row, and a copy of before stays", () => {
  const folder = olderFolder();
  const old = databaseNames.flatMap((name) => {
    const path = join(folder, `${name}.db`);
    return tablesOf(path).map((table) => ({ path, table, rows: rowsOf(path, table) }));
  });
  expect(old.filter(({ rows }) => rows.length === 0)).toEqual([]);
  const opened = temp.open(folder);
  expect(opened.restoration).toBeNull();
  expect(opened.tasks.unfinished()).toHaveLength(1);
  const [task] = opened.tasks.unfinished();
  expect(opened.messages.list(task?.sessionId ?? "", { limit: 9 })).toHaveLength(1);
  opened.close();
  for (const { path, table, rows } of old) {
    if (table === "log") continue; // It counts runs.
    const now = rowsOf(path, table);
    expect(now, table).toEqual(rows.map((row) => expect.objectContaining(row) as unknown));
  }
  for (const name of databaseNames) expect(damagesIn(join(folder, `${name}.db`))).toEqual([]);
  for (const copy of ["chat_history.db.before-0004", "agents.db.before-0003", "settings.db.before-0003"]) {
    expect(existsSync(join(folder, copy)), copy).toBe(true);
    expect(damagesIn(join(folder, copy))).toEqual([]);
  }
  const { rows } = old.find(({ table }) => table === "sessions") ?? {};
  expect(rowsOf(join(folder, "chat_history.db.before-0004"), "sessions")).toEqual(rows);
});
