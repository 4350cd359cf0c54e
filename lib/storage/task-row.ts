import type { Problem } from "../errors.ts";
import type { Settings } from "../settings.ts";
import type { Task, TaskState } from "../task.ts";
import { fromJson, fromJsonOrNull } from "./json.ts";

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

/** Spelled as in the partial index, or SQLite does not use it. */
export const isUnfinished = "state IN ('queued', 'running', 'waiting')";

export function toTask(row: TaskRow): Task {
  return {
    id: row.id,
    sessionId: row.session_id,
    state: row.state,
    settings: fromJson<Settings>(row.settings),
    error: fromJsonOrNull<Problem>(row.error),
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
