import { eventId } from "../../event.ts";
import { notFound } from "../../errors.ts";
import type { NewSession, Session, SessionChange, SessionQuery, SessionStore } from "../../session.ts";
import type { Settings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { foldCase } from "./fold-case.ts";
import { readRow, readOr } from "../database/damaged-rows.ts";
import { fromJsonObject, toJson } from "../database/json.ts";
import { createRowChange } from "./row-change.ts";
import { conditions, selectSessions } from "./session-query.ts";
import { outlineOf, type TaskRow, toTask } from "./task-row.ts";

interface SessionRow {
  id: string;
  title: string;
  workspace_id: string;
  agent_id: string;
  settings: string;
  last_sequence: number;
  created_at: string;
  updated_at: string;
  archived_at: string | null;
  active_task_id: string | null;
}

interface UsageRow {
  input_tokens: number;
  output_tokens: number;
  cached_input_tokens: number;
  cost_usd: number;
}

/** Not part of `selectSessions`: one statement that groups takes twenty times as long, and every step of a task reads its session. */
const selectUsage = `
  SELECT
    coalesce(sum(input_tokens), 0) AS input_tokens,
    coalesce(sum(output_tokens), 0) AS output_tokens,
    coalesce(sum(cached_input_tokens), 0) AS cached_input_tokens,
    coalesce(sum(cost_usd), 0.0) AS cost_usd
  FROM tasks WHERE session_id = ?`;

export function createSessionStore(database: Database, generation: number): SessionStore {
  const store: SessionTables = { database, generation, ...prepareStatements(database) };
  const change = createSessionChange(database);
  return {
    create: (session) => insertSession(store, session),
    get: (id) => findRows(store, "session.id = ?", [id], 1).map((row) => toSession(store, row))[0],
    outline: (id) => findRows(store, "session.id = ?", [id], 1).map((row) => toOutline(store, row))[0],
    list: (query) => listSessions(store, query),
    update: (id, fields, at) => change(id, fields, { updated_at: at }),
    remove: (id) => {
      if (store.remove.run(id) === 0) throw notFound("session", id);
    },
  };
}

interface SessionTables extends ReturnType<typeof prepareStatements> {
  database: Database;
  /** Of the event log; part of `lastEventId`. */
  generation: number;
}

const insertRow = `
  INSERT INTO sessions (id, title, folded_title, workspace_id, agent_id, settings, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

function prepareStatements(database: Database) {
  return {
    insert: database.statement(insertRow),
    remove: database.statement("DELETE FROM sessions WHERE id = ?"),
    taskById: database.statement<TaskRow>("SELECT * FROM tasks WHERE id = ?"),
    usage: database.statement<UsageRow>(selectUsage),
  };
}

function createSessionChange(database: Database) {
  return createRowChange<SessionChange>(database, "sessions", {
    title: (title) => ({ title, folded_title: foldCase(title ?? "") }),
    settings: (settings) => ({ settings: toJson(settings) }),
    archivedAt: (at) => ({ archived_at: at }),
    agentId: (id) => ({ agent_id: id }),
  });
}

function insertSession({ insert }: SessionTables, session: NewSession): void {
  const { id, title, workspaceId, agentId, settings, createdAt } = session;
  insert.run(id, title, foldCase(title), workspaceId, agentId, toJson(settings), createdAt, createdAt);
}

function findRows(
  { database }: SessionTables,
  where: string,
  values: readonly SqlValue[],
  limit: number,
): SessionRow[] {
  return database.statement<SessionRow>(selectSessions(where)).all(...values, limit);
}

function listSessions(store: SessionTables, query: SessionQuery): Session[] {
  const { where, values } = conditions(query);
  return findRows(store, where, values, query.limit).map((row) => toOutline(store, row));
}

/** Throws AppError session-damaged. */
function toSession(store: SessionTables, row: SessionRow): Session {
  return sessionOf(store, row, { settings: readRow(row.id, () => settingsOf(row)), toTask });
}

/** The session without the values that cannot be read. */
function toOutline(store: SessionTables, row: SessionRow): Session {
  return sessionOf(store, row, { settings: readOr({}, () => settingsOf(row)), toTask: outlineOf });
}

function sessionOf(
  { generation, taskById, usage }: SessionTables,
  row: SessionRow,
  { settings, toTask }: { settings: Settings; toTask(row: TaskRow): Task },
): Session {
  const task = row.active_task_id ? taskById.get(row.active_task_id) : undefined;
  return {
    id: row.id,
    title: row.title,
    status: task ? (task.state === "waiting" ? "waiting" : "running") : "idle",
    workspaceId: row.workspace_id,
    agentId: row.agent_id,
    model: settings.model ?? null,
    settings,
    activeTask: task ? toTask(task) : null,
    usage: toUsage(usage.get(row.id)),
    lastEventId: eventId({ generation, sequence: row.last_sequence }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    archivedAt: row.archived_at,
  };
}

function settingsOf(row: SessionRow): Settings {
  return fromJsonObject(row.settings);
}

function toUsage(row: UsageRow | undefined): Session["usage"] {
  return {
    inputTokens: row?.input_tokens ?? 0,
    outputTokens: row?.output_tokens ?? 0,
    cachedInputTokens: row?.cached_input_tokens ?? 0,
    costUsd: row?.cost_usd ?? 0,
  };
}
