import { notFound } from "../../errors.ts";
import type { TaskChange, TaskQuery, TaskStore } from "../../task.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { toJson, toJsonOrNull } from "../database/json.ts";
import { createRowChange } from "./row-change.ts";
import { isUnfinished, outlineOf, type TaskRow, toTask } from "./task-row.ts";

/** `update` and `addUsage` throw not-found for an unknown id. */
export function createTaskStore(database: Database): TaskStore {
  const insert = database.statement(
    "INSERT INTO tasks (id, session_id, state, settings, request_key, created_at) VALUES (?, ?, 'queued', ?, ?, ?)",
  );
  const select = (rest: string) => database.statement<TaskRow>(`SELECT * FROM tasks ${rest}`);
  const byId = select("WHERE id = ?");
  const ofRequest = select("WHERE request_key = ?");
  const active = select(`WHERE session_id = ? AND ${isUnfinished} ORDER BY id LIMIT 1`);
  const unfinished = select(`WHERE ${isUnfinished} ORDER BY id`);
  const streaming = database.statement<{ id: string | null }>(
    "SELECT streaming_message_id AS id FROM tasks WHERE id = ?",
  );
  const addUsage = database.statement(`
    UPDATE tasks SET
      input_tokens = input_tokens + ?, output_tokens = output_tokens + ?,
      cached_input_tokens = cached_input_tokens + ?, cost_usd = cost_usd + ?
    WHERE id = ?`);
  const recover = database.statement<{ recoveries: number }>(
    `UPDATE tasks SET recoveries = recoveries + 1, is_interrupted = 1
    WHERE id = ? AND is_interrupted = 0 RETURNING recoveries`,
  );
  const rest = database.statement("UPDATE tasks SET recoveries = -1 WHERE id = ? AND is_interrupted = 0");
  const change = createRowChange<TaskChange>(database, "tasks", {
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
  const first = (row: TaskRow | undefined) => (row ? toTask(row) : undefined);

  return {
    create: ({ id, sessionId, settings, requestKey = null, createdAt }) => {
      insert.run(id, sessionId, toJson(settings), requestKey, createdAt);
    },
    get: (id) => first(byId.get(id)),
    ofRequest: (key) => first(ofRequest.get(key)),
    outline: (id) => {
      const row = byId.get(id);
      return row && outlineOf(row);
    },
    list: (query) => {
      const { where, values } = conditions(query);
      return select(`WHERE ${where} ORDER BY id DESC LIMIT ?`)
        .all(...values, query.limit)
        .map(outlineOf);
    },
    active: (sessionId) => first(active.get(sessionId)),
    unfinished: () => unfinished.all().map(outlineOf),
    streamingMessageId: (id) => streaming.get(id)?.id ?? null,
    update: (id, fields) => {
      if (!change(id, fields)) throw notFound("task", id);
    },
    countRecovery: (id) => recover.get(id)?.recoveries,
    rest: (id) => void rest.run(id),
    addUsage: (id, { inputTokens, outputTokens, cachedInputTokens, costUsd }) => {
      if (addUsage.run(inputTokens, outputTokens, cachedInputTokens, costUsd, id) === 0)
        throw notFound("task", id);
    },
  };
}

function conditions({ cursor, sessionId, state }: TaskQuery): { where: string; values: SqlValue[] } {
  const wanted = Object.entries({ "id < ?": cursor, "session_id = ?": sessionId, "state = ?": state });
  const given = wanted.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    where: ["TRUE", ...given.map(([sql]) => sql)].join(" AND "),
    values: given.map(([, value]) => value),
  };
}
