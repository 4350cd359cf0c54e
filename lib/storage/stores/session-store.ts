import { eventId } from "../../event.ts";
import { notFound } from "../../errors.ts";
import type { Session, SessionChange, SessionQuery, SessionStore } from "../../session.ts";
import type { Settings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { foldCase } from "./fold-case.ts";
import { readRow, readOr } from "../database/damaged-rows.ts";
import { fromJsonObject, toJson } from "../database/json.ts";
import { createRowChange } from "./row-change.ts";
import { isUnfinished, outlineOf, type TaskRow, toTask } from "./task-row.ts";

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

/** The oldest task of `session` that has not ended. */
const activeTask = (column: string) =>
  `(SELECT ${column} FROM tasks WHERE session_id = session.id AND ${isUnfinished} ORDER BY id LIMIT 1)`;

/** `where` chooses among `session`. */
const select = (where: string) => `
  SELECT session.*, ${activeTask("id")} AS active_task_id
  FROM sessions AS session WHERE ${where} ORDER BY session.id DESC LIMIT ?`;

/** Apart from the session: one statement that groups takes twenty times as long, and every step of a task reads its session. */
const selectUsage = `
  SELECT
    coalesce(sum(input_tokens), 0) AS input_tokens,
    coalesce(sum(output_tokens), 0) AS output_tokens,
    coalesce(sum(cached_input_tokens), 0) AS cached_input_tokens,
    coalesce(sum(cost_usd), 0.0) AS cost_usd
  FROM tasks WHERE session_id = ?`;

export function createSessionStore(database: Database, generation: number): SessionStore {
  const insert = database.statement(`
    INSERT INTO sessions (id, title, folded_title, workspace_id, agent_id, settings, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const remove = database.statement("DELETE FROM sessions WHERE id = ?");
  const selectTask = database.statement<TaskRow>("SELECT * FROM tasks WHERE id = ?");
  const usage = database.statement<UsageRow>(selectUsage);
  const change = createRowChange<SessionChange>(database, "sessions", {
    title: (title) => ({ title, folded_title: foldCase(title ?? "") }),
    settings: (settings) => ({ settings: toJson(settings) }),
    archivedAt: (at) => ({ archived_at: at }),
    agentId: (id) => ({ agent_id: id }),
  });

  const find = (where: string, values: SqlValue[], limit: number): SessionRow[] =>
    database.statement<SessionRow>(select(where)).all(...values, limit);

  const toWhole = (row: SessionRow): Session =>
    toSession(row, { settings: readRow(row.id, () => settingsOf(row)), toTask });
  const toOutline = (row: SessionRow): Session =>
    toSession(row, { settings: readOr({}, () => settingsOf(row)), toTask: outlineOf });

  const toSession = (row: SessionRow, parts: SessionParts): Session => {
    const { settings } = parts;
    const task = row.active_task_id ? selectTask.get(row.active_task_id) : undefined;
    return {
      id: row.id,
      title: row.title,
      status: task ? (task.state === "waiting" ? "waiting" : "running") : "idle",
      workspaceId: row.workspace_id,
      agentId: row.agent_id,
      model: settings.model ?? null,
      settings,
      activeTask: task ? parts.toTask(task) : null,
      usage: toUsage(usage.get(row.id)),
      lastEventId: eventId({ generation, sequence: row.last_sequence }),
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      archivedAt: row.archived_at,
    };
  };

  return {
    create: ({ id, title, workspaceId, agentId, settings, createdAt }) => {
      const row = [id, title, foldCase(title), workspaceId, agentId, toJson(settings), createdAt, createdAt];
      insert.run(...row);
    },
    get: (id) => find("session.id = ?", [id], 1).map(toWhole)[0],
    outline: (id) => find("session.id = ?", [id], 1).map(toOutline)[0],
    list: (query) => {
      const { where, values } = conditions(query);
      return find(where, values, query.limit).map(toOutline);
    },
    update: (id, fields, at) => change(id, fields, { updated_at: at }),
    remove: (id) => {
      if (remove.run(id) === 0) throw notFound("session", id);
    },
  };
}

interface SessionParts {
  settings: Settings;
  toTask(row: TaskRow): Task;
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

function conditions({ cursor, status, workspaceId, archived, search }: SessionQuery) {
  const wanted: [sql: string, ...values: SqlValue[]][] = [
    [`session.archived_at IS ${archived ? "NOT NULL" : "NULL"}`],
  ];
  if (cursor !== undefined) wanted.push(["session.id < ?", cursor]);
  if (workspaceId !== undefined) wanted.push(["session.workspace_id = ?", workspaceId]);
  if (status === "idle") wanted.push([`${activeTask("state")} IS NULL`]);
  if (status === "running") wanted.push([`${activeTask("state")} IN ('queued', 'running')`]);
  if (status === "waiting") wanted.push([`${activeTask("state")} = 'waiting'`]);
  if (search !== undefined) wanted.push([containing, foldCase(search), foldCase(search)]);
  return {
    where: wanted.map(([sql]) => sql).join(" AND "),
    values: wanted.flatMap(([, ...values]) => values),
  };
}

/** `instr` knows no wildcards. */
const containing = `(instr(session.folded_title, ?) > 0 OR EXISTS (
  SELECT 1 FROM message_texts AS said WHERE said.session_id = session.id AND instr(said.folded_text, ?) > 0))`;
