import { notFound } from "../../errors.ts";
import type { NewTask, Task, TaskChange, TaskQuery, TaskStore } from "../../task.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { toJson, toJsonOrNull } from "../database/json.ts";
import { createRowChange } from "./row-change.ts";
import { isUnfinished, outlineOf, type TaskRow, toTask } from "./task-row.ts";

/** `update` and `addUsage` throw not-found for an unknown id. */
export function createTaskStore(database: Database): TaskStore {
  const statements = prepareStatements(database);
  const { byId, ofRequest, active, unfinished, streamingMessage, countRecovery, rest } = statements;
  const change = createTaskChange(database);
  return {
    create: (task) => insertTask(statements, task),
    get: (id) => firstTask(byId.get(id)),
    ofRequest: (key) => firstTask(ofRequest.get(key)),
    outline: (id) => byId.all(id).map(outlineOf)[0],
    list: (query) => listTasks(database, query),
    active: (sessionId) => firstTask(active.get(sessionId)),
    unfinished: () => unfinished.all().map(outlineOf),
    streamingMessageId: (id) => streamingMessage.get(id)?.id ?? null,
    update: (id, fields) => {
      if (!change(id, fields)) throw notFound("task", id);
    },
    countRecovery: (id) => countRecovery.get(id)?.recoveries,
    rest: (id) => void rest.run(id),
    addUsage: (id, usage) => addUsage(statements, id, usage),
  };
}

const insertQueued = `
  INSERT INTO tasks (id, session_id, state, settings, request_key, created_at)
  VALUES (?, ?, 'queued', ?, ?, ?)`;

const addToUsage = `
  UPDATE tasks SET
    input_tokens = input_tokens + ?, output_tokens = output_tokens + ?,
    cached_input_tokens = cached_input_tokens + ?, cost_usd = cost_usd + ?
  WHERE id = ?`;

const countOneRecovery = `
  UPDATE tasks SET recoveries = recoveries + 1, is_interrupted = 1
  WHERE id = ? AND is_interrupted = 0 RETURNING recoveries`;

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: Database) {
  const select = (rest: string) => database.statement<TaskRow>(`SELECT * FROM tasks ${rest}`);
  return {
    insert: database.statement(insertQueued),
    byId: select("WHERE id = ?"),
    ofRequest: select("WHERE request_key = ?"),
    active: select(`WHERE session_id = ? AND ${isUnfinished} ORDER BY id LIMIT 1`),
    unfinished: select(`WHERE ${isUnfinished} ORDER BY id`),
    streamingMessage: database.statement<{ id: string | null }>(
      "SELECT streaming_message_id AS id FROM tasks WHERE id = ?",
    ),
    addUsage: database.statement(addToUsage),
    countRecovery: database.statement<{ recoveries: number }>(countOneRecovery),
    rest: database.statement("UPDATE tasks SET recoveries = -1 WHERE id = ? AND is_interrupted = 0"),
  };
}

function createTaskChange(database: Database) {
  return createRowChange<TaskChange>(database, "tasks", {
    state: (state) => ({ state }),
    settings: (settings) => ({ settings: toJson(settings) }),
    error: (error) => ({ error: toJsonOrNull(error) }),
    steps: (steps) => ({ steps }),
    recoveries: (recoveries) => ({ recoveries }),
    isInterrupted: (isInterrupted) => ({ is_interrupted: Number(isInterrupted) }),
    startedAt: (at) => ({ started_at: at }),
    endedAt: (at) => ({ ended_at: at }),
    streamingMessageId: (id) => ({ streaming_message_id: id }),
  });
}

function insertTask({ insert }: Statements, task: NewTask): void {
  const { id, sessionId, settings, requestKey = null, createdAt } = task;
  insert.run(id, sessionId, toJson(settings), requestKey, createdAt);
}

function addUsage(statements: Statements, id: string, usage: Task["usage"]): void {
  const { inputTokens, outputTokens, cachedInputTokens, costUsd } = usage;
  const changes = statements.addUsage.run(inputTokens, outputTokens, cachedInputTokens, costUsd, id);
  if (changes === 0) throw notFound("task", id);
}

function listTasks(database: Database, query: TaskQuery): Task[] {
  const { where, values } = conditions(query);
  return database
    .statement<TaskRow>(`SELECT * FROM tasks WHERE ${where} ORDER BY id DESC LIMIT ?`)
    .all(...values, query.limit)
    .map(outlineOf);
}

function firstTask(row: TaskRow | undefined): Task | undefined {
  return row && toTask(row);
}

function conditions({ cursor, sessionId, state }: TaskQuery): { where: string; values: SqlValue[] } {
  const wanted = Object.entries({ "id < ?": cursor, "session_id = ?": sessionId, "state = ?": state });
  const given = wanted.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    where: ["TRUE", ...given.map(([sql]) => sql)].join(" AND "),
    values: given.map(([, value]) => value),
  };
}
