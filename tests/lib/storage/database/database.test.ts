import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../../lib/storage/database/database.ts";
import { assertVersion, openDatabase } from "../../../../lib/storage/database/open-database.ts";
import { createFaultGuard } from "../../../../lib/storage/database/fault-guard.ts";
import { ignoreFailpoints } from "../../../../lib/ports/failpoint.ts";
import * as temp from "../temp-storage.ts";

const names = ["chat_history", "agents", "settings"];

function openWith(folder: string, migrations: Record<string, string>): Database {
  const scripts = join(folder, `migrations-${Object.keys(migrations).length}`);
  mkdirSync(scripts, { recursive: true });
  for (const [name, sql] of Object.entries(migrations)) writeFileSync(join(scripts, name), sql);
  const options = { path: join(folder, "x.db"), migrations: scripts, busyTimeoutMs: 50 };
  const database = openDatabase({ ...options, onFault: () => {}, reach: ignoreFailpoints });
  onTestFinished(() => database.close());
  return database;
}

const pragma = (database: Database, name: string) =>
  Object.values(database.statement<object>(`PRAGMA ${name}`).get() ?? {})[0] as unknown;

const schema = (folder: string) => {
  const sqlite = new Sqlite(join(folder, "x.db"), { readonly: true });
  const tables = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  const version = sqlite.pragma("user_version", { simple: true });
  sqlite.close();
  return { tables, version };
};

test("each open sets FULL, WAL, foreign keys and the time to wait, on new files and old", () => {
  const folder = temp.tempFolder();
  for (const life of ["new", "old", "older"]) {
    const database = openWith(folder, { "0001-a.sql": "CREATE TABLE a (x)" });
    const settings = ["journal_mode", "synchronous", "foreign_keys", "busy_timeout", "auto_vacuum"];
    expect(
      settings.map((name) => pragma(database, name)),
      life,
    ).toEqual(["wal", 2, 1, 50, 2]);
    database.close();
  }
});

test("the files are for their owner alone, and so is a data directory that was made", () => {
  const dataDir = join(temp.tempFolder(), "made");
  const storage = temp.open(dataDir);
  temp.addSession(storage);
  const mode = (path: string) => statSync(join(dataDir, path)).mode & 0o777;
  expect(["", "attachments", "attachments/tmp"].map(mode)).toEqual([0o700, 0o700, 0o700]);
  expect(names.map((name) => mode(`${name}.db`))).toEqual([0o600, 0o600, 0o600]);
  expect(["chat_history.db-wal", "chat_history.db-shm"].map(mode)).toEqual([0o600, 0o600]);
});

test("migrations run in order, once", () => {
  const folder = temp.tempFolder();
  const first = { "0001-a.sql": "CREATE TABLE a (x); INSERT INTO a VALUES (1)" };
  openWith(folder, first).close();
  const database = openWith(folder, { ...first, "0002-b.sql": "UPDATE a SET x = x + 1; CREATE TABLE b (y)" });
  expect(database.statement("SELECT x FROM a").all()).toEqual([{ x: 2 }]);
  database.close();
  expect(schema(folder)).toEqual({ tables: ["a", "b"], version: 2 });
});

test("a migration that fails in the middle leaves the old schema, and can be tried again", () => {
  const folder = temp.tempFolder();
  const first = { "0001-a.sql": "CREATE TABLE a (x)" };
  openWith(folder, first).close();
  const broken = { ...first, "0002-b.sql": "CREATE TABLE b (y); INSERT INTO missing VALUES (1)" };
  expect(() => openWith(folder, broken)).toThrow("Migration 0002-b.sql failed: no such table: missing");
  expect(schema(folder)).toEqual({ tables: ["a"], version: 1 });
  openWith(folder, { ...first, "0002-b.sql": "CREATE TABLE b (y)" }).close();
  expect(schema(folder)).toEqual({ tables: ["a", "b"], version: 2 });
});

test("a first migration that fails leaves an empty file, not half a schema", () => {
  const folder = temp.tempFolder();
  expect(() => openWith(folder, { "0001-a.sql": "CREATE TABLE a (x); oops" })).toThrow("0001-a.sql");
  expect(schema(folder)).toEqual({ tables: [], version: 0 });
});

test("migrations without a gap in their numbers are asked for", () => {
  expect(() => openWith(temp.tempFolder(), { "0002-a.sql": "CREATE TABLE a (x)" })).toThrow(
    "should have number 1",
  );
});

test.each(names)("a %s.db of a newer release is refused and left as it is", (name) => {
  const folder = temp.tempFolder();
  temp.open(folder).close();
  const path = join(folder, `${name}.db`);
  const newer = new Sqlite(path);
  newer.pragma("user_version = 9999");
  newer.pragma("wal_checkpoint(TRUNCATE)");
  newer.close();
  const before = readFileSync(path);
  expect(() => temp.open(folder)).toThrow(`${name}.db was written by a newer release (schema 9999`);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a SQLite with the WAL-reset fault is refused", () => {
  expect(() => assertVersion("3.51.2")).toThrow("SQLite 3.51.3 or newer is needed");
  expect(() => assertVersion("3.9.9")).toThrow("3.9.9");
  for (const version of ["3.51.3", "3.54.1", "4.0.0"]) expect(() => assertVersion(version)).not.toThrow();
});

test("everything is there again after a restart", () => {
  const folder = temp.tempFolder();
  const first = temp.open(folder);
  const session = temp.addSession(first, { title: "kept" });
  temp.addMessage(first, session);
  first.settings.write({ version: 1, settings: { planMode: true }, providers: {}, updatedAt: temp.at });
  const before = [
    first.sessions.get(session),
    first.messages.list(session, { limit: 9 }),
    first.settings.read(),
  ];
  first.close();
  const second = temp.open(folder);
  const after = [
    second.sessions.get(session),
    second.messages.list(session, { limit: 9 }),
    second.settings.read(),
  ];
  expect(after).toEqual(before);
});

test("after a restore the generation rises once, and ids, old ones too, tell it", () => {
  const folder = temp.tempFolder();
  const first = temp.open(folder);
  const session = temp.addSession(first);
  first.atomically("request.change", () => first.events.append(session, [temp.token("a")]));
  first.close();
  writeFileSync(join(folder, "restored"), "");
  const second = temp.open(folder);
  expect(second.events.bounds(session)).toEqual({ generation: 2, firstSequence: 1, lastSequence: 1 });
  expect(second.events.read(session, 0, 9)[0]?.id).toBe("evt_0002_0000000001");
  expect(second.sessions.get(session)?.lastEventId).toBe("evt_0002_0000000001");
  second.restoration?.settle(temp.nothingFound);
  second.close();
  expect(temp.open(folder).events.bounds(session).generation).toBe(2);
});

test("a file that is no database is refused and reported", () => {
  const folder = temp.tempFolder();
  writeFileSync(
    join(folder, "chat_history.db"),
    "not a database at all, but long enough to be looked at".repeat(99),
  );
  expect(() => temp.open(folder)).toThrow("file is not a database");
});

test("after a failed sync every call is refused and the fault is reported once", () => {
  const faults: unknown[] = [];
  const guard = createFaultGuard({ inTransaction: false }, (error) => faults.push(error));
  const failure = new Sqlite.SqliteError("disk I/O error", "SQLITE_IOERR_FSYNC");
  const run = () =>
    guard.run(() => {
      throw failure;
    });
  expect(temp.thrownBy(run)).toBe(failure);
  expect(temp.thrownBy(() => guard.run(() => "fine"))).toBe(failure);
  expect(faults).toEqual([failure]);
});

test("once SQLite has rolled back by itself, the rest of the unit is refused and the next one runs", () => {
  const connection = { inTransaction: true };
  const guard = createFaultGuard(connection, () => {});
  guard.beginUnit();
  const full = () =>
    guard.run(() => {
      connection.inTransaction = false;
      throw new Sqlite.SqliteError("database or disk is full", "SQLITE_FULL");
    });
  expect(full).toThrow("disk of the host is full");
  expect(() => guard.run(() => "committed alone")).toThrow("disk of the host is full");
  guard.endUnit();
  expect(guard.run(() => "fine")).toBe("fine");
});

test("a lock that a reader meets is busy too", () => {
  const guard = createFaultGuard({ inTransaction: false }, () => {});
  const locked = () =>
    guard.run(() => {
      throw new Sqlite.SqliteError("database is locked", "SQLITE_BUSY_RECOVERY");
    });
  expect(temp.thrownBy(locked)).toMatchObject({ code: "busy", retryAfterSeconds: 1 });
  expect(guard.run(() => "fine")).toBe("fine");
});
