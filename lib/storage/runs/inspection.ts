import { existsSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import type { DatabaseFacts } from "../../operating/drill.ts";
import { ignoreFailpoints } from "../../ports/failpoint.ts";
import { databaseNames, type DatabaseName } from "../../database-name.ts";
import { attachmentPath } from "../attachments/attachments.ts";
import { createCrossDatabaseFacts, type ReadableDatabase } from "./cross-database-facts.ts";
import { damagesIn } from "../database/integrity-check.ts";
import { migrationsOf } from "../database/migrate.ts";
import { openDatabase } from "../database/open-database.ts";

/** Lists what is wrong with the restored databases of a folder. Empty when all exist and are sound. */
export function damagesBelow(folder: string): string[] {
  return databaseNames.flatMap((name) => {
    const path = join(folder, `${name}.db`);
    if (!existsSync(path)) return [`${name}.db was not restored.`];
    try {
      return damagesIn(path).map((damage) => `${name}.db: ${damage}`);
    } catch (error) {
      return [`${name}.db: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

/** Facts of databases that nothing else has open. Migrates them to the schema of this release first, as a start would. */
export function restoredFacts(folder: string, attachmentsFolder: string): DatabaseFacts {
  const opened = forEachDatabase((name) =>
    openDatabase({
      path: join(folder, `${name}.db`),
      migrations: migrationsOf(name),
      busyTimeoutMs: 1000,
      onFault: () => {},
      reach: ignoreFailpoints,
    }),
  );
  try {
    return factsOf(opened, attachmentsFolder);
  } finally {
    for (const database of Object.values(opened)) database.close();
  }
}

/** Facts of the databases that a running server uses. Changes nothing. Undefined unless all of them exist. */
export function liveFacts(dataDir: string): DatabaseFacts | undefined {
  const pathOf = (name: DatabaseName) => join(dataDir, `${name}.db`);
  if (!databaseNames.every((name) => existsSync(pathOf(name)))) return undefined;
  const opened = forEachDatabase((name) => new Sqlite(pathOf(name), { readonly: true }));
  try {
    return factsOf(
      forEachDatabase((name) => readable(opened[name])),
      join(dataDir, "attachments"),
    );
  } finally {
    for (const sqlite of Object.values(opened)) sqlite.close();
  }
}

function forEachDatabase<T>(make: (name: DatabaseName) => T): Record<DatabaseName, T> {
  return { chat_history: make("chat_history"), agents: make("agents"), settings: make("settings") };
}

function readable(sqlite: Sqlite.Database): ReadableDatabase {
  return { statement: <Row>(sql: string) => ({ all: () => sqlite.prepare(sql).all() as Row[] }) };
}

type Readables = Readonly<Record<DatabaseName, ReadableDatabase>>;

function factsOf(databases: Readables, attachmentsFolder: string): DatabaseFacts {
  const { chat_history: chat, agents } = databases;
  const pathOf = (fileId: string) => attachmentPath(attachmentsFolder, fileId);
  const facts = createCrossDatabaseFacts({ chat, agents, pathOf });
  const missing = new Set(facts.filesWithoutBytes());
  return {
    newest: forEachDatabase((name) => newestIn(databases[name], name)),
    sessions: count(chat, "SELECT count(*) AS count FROM sessions"),
    events: count(chat, "SELECT count(*) AS count FROM events"),
    sessionsWithoutAgent: facts.sessionsWithoutAgent().length,
    sessionsWithoutTheirLog: chat
      .statement<{ id: string }>(selectWithoutTheirLog)
      .all()
      .map(({ id }) => id),
    filesWithoutBytes: chat
      .statement<FileFacts>("SELECT id, name, sha256 FROM files ORDER BY id")
      .all()
      .filter(({ id }) => missing.has(id)),
  };
}

interface FileFacts {
  id: string;
  name: string;
  sha256: string;
}

/** The last event of a log is removed only together with the whole log. */
const selectWithoutTheirLog = `
  SELECT id FROM (
    SELECT id, last_sequence, pruned_sequence,
      (SELECT max(sequence) FROM events WHERE session_id = sessions.id) AS newest FROM sessions)
  WHERE coalesce(newest, 0) > last_sequence
    OR (coalesce(newest, 0) < last_sequence AND pruned_sequence < last_sequence)
  ORDER BY id`;

const selectNewest: Record<DatabaseName, string> = {
  chat_history: `
    SELECT max(at) AS at FROM (
      SELECT unixepoch(max(updated_at), 'subsec') * 1000 AS at FROM sessions
      UNION ALL SELECT unixepoch(max(created_at), 'subsec') * 1000 FROM requests
      UNION ALL SELECT max((
        SELECT created_at_ms FROM events WHERE session_id = sessions.id ORDER BY sequence DESC LIMIT 1
      )) FROM sessions)`,
  agents: newestRow("agents"),
  settings: newestRow("settings"),
};

function newestRow(table: string): string {
  return `SELECT max(at) AS at FROM (
    SELECT unixepoch(max(updated_at), 'subsec') * 1000 AS at FROM ${table}
    UNION ALL SELECT unixepoch(max(created_at), 'subsec') * 1000 FROM requests)`;
}

function newestIn(database: ReadableDatabase, name: DatabaseName): number | null {
  return database.statement<{ at: number | null }>(selectNewest[name]).all()[0]?.at ?? null;
}

function count(database: ReadableDatabase, sql: string): number {
  return database.statement<{ count: number }>(sql).all()[0]?.count ?? 0;
}
