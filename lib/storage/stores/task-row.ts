import { type Problem, problemOf } from "../../errors.ts";
import type { Settings } from "../../settings.ts";
import type { Task, TaskState } from "../../task.ts";
import { sessionDamaged, readRow, readOr } from "../database/damaged-rows.ts";
import { fromJsonObject } from "../database/json.ts";

export interface TaskRow {
  id: string;
  session_id: string;
  state: TaskState;
  settings: string;
  error: string | null;
  steps: number;
  input_tokens: number;
  output_tokens: number;
  cached_input_tokens: number;
  cost_usd: number;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

/** Must be spelled exactly as in the partial index; otherwise SQLite does not use the index. */
export const isUnfinished = "state IN ('queued', 'running', 'waiting')";

/** Throws AppError session-damaged. */
export function toTask(row: TaskRow): Task {
  const settings = () => fromJsonObject<Settings>(row.settings);
  return taskOf(row, {
    settings: readRow(row.session_id, settings),
    error: readRow(row.session_id, () => errorOf(row)),
  });
}

/** The task without the values that cannot be read. When some cannot, its settings are empty and its error says so. */
export function outlineOf(row: TaskRow): Task {
  const settings = readOr(undefined, () => fromJsonObject<Settings>(row.settings));
  const damaged = problemOf(sessionDamaged(row.session_id, undefined), `/v1/tasks/${row.id}`);
  const error = readOr(damaged, () => errorOf(row));
  return taskOf(row, {
    settings: settings ?? {},
    error: settings === undefined ? (error ?? damaged) : error,
  });
}

function errorOf({ error }: TaskRow): Problem | null {
  return error === null ? null : fromJsonObject<Problem>(error);
}

function taskOf(row: TaskRow, { settings, error }: Pick<Task, "settings" | "error">): Task {
  return {
    id: row.id,
    sessionId: row.session_id,
    state: row.state,
    settings,
    error,
    steps: row.steps,
    usage: {
      inputTokens: row.input_tokens,
      outputTokens: row.output_tokens,
      cachedInputTokens: row.cached_input_tokens,
      costUsd: row.cost_usd,
    },
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
