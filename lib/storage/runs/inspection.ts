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

/** What is wrong with the restored databases of a folder, each by itself; nothing when all are there and whole. */
export function damagesBelow(folder: string): string[] {
  return databaseNames.flatMap((name) => {
    const path = join(folder, `${name}.db`);
    if (!existsSync(path)) return [`${name}.db did not come back.`];
    try {
      return damagesIn(path).map((damage) => `${name}.db: ${damage}`);
    } catch (error) {
      return [`${name}.db: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

/** Facts of databases that nobody has open. They are brought to the schema of this release, as a start would. */
export function restoredFacts(folder: string, attachmentsFolder: string): DatabaseFacts {
  const open = (name: DatabaseName) =>
    openDatabase({
      path: join(folder, `${name}.db`),
      migrations: migrationsOf(name),
      ...{ busyTimeoutMs: 1000, onFault: () => {}, reach: ignoreFailpoints },
    });
  const opened = { chat_history: open("chat_history"), agents: open("agents"), settings: open("settings") };
  try {
    return factsOf(opened, attachmentsFolder);
  } finally {
    for (const database of Object.values(opened)) database.close();
  }
}

/** Facts of the databases that a server is at work on; nothing of them is changed. Undefined where there are none. */
export function liveFacts(dataDir: string): DatabaseFacts | undefined {
  const paths = databaseNames.map((name) => join(dataDir, `${name}.db`));
  if (!paths.every(existsSync)) return undefined;
  const open = (name: DatabaseName) => new Sqlite(join(dataDir, `${name}.db`), { readonly: true });
  const opened = { chat_history: open("chat_history"), agents: open("agents"), settings: open("settings") };
  try {
    const { chat_history, agents, settings } = opened;
    const databases = {
      chat_history: readable(chat_history),
      agents: readable(agents),
      settings: readable(settings),
    };
    return factsOf(databases, join(dataDir, "attachments"));
  } finally {
    for (const sqlite of Object.values(opened)) sqlite.close();
  }
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
    newest: newestOf(databases),
    sessions: count(chat, "SELECT count(*) AS count FROM sessions"),
    events: count(chat, "SELECT count(*) AS count FROM events"),
    sessionsWithoutAgent: facts.sessionsWithoutAgent().length,
    sessionsWithoutTheirLog: chat
      .statement<{ id: string }>(selectWithoutTheirLog)
      .all()
      .map(({ id }) => id),
    filesWithoutBytes: chat
      .statement<{ id: string; name: string; sha256: string }>(
        "SELECT id, name, sha256 FROM files ORDER BY id",
      )
      .all()
      .filter(({ id }) => missing.has(id)),
  };
}

/** The last event of a log stays in it, until the whole log is let go of. */
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

function newestOf(databases: Readables): DatabaseFacts["newest"] {
  const newest = (name: DatabaseName) =>
    databases[name].statement<{ at: number | null }>(selectNewest[name]).all()[0]?.at ?? null;
  return { chat_history: newest("chat_history"), agents: newest("agents"), settings: newest("settings") };
}

function count(database: ReadableDatabase, sql: string): number {
  return database.statement<{ count: number }>(sql).all()[0]?.count ?? 0;
}
