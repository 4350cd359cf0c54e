import type { Schemas } from "../packages/shared/src/schemas.ts";
import type { Problem } from "./errors.ts";
import type { Settings } from "./settings.ts";

export type Task = Schemas["Task"];
export type TaskState = Schemas["TaskState"];
export type Usage = Schemas["Usage"];

export interface NewTask {
  id: string;
  sessionId: string;
  settings: Settings;
  /** The idempotency key of the request that waits for the end of the task. `create` throws when another task has it. */
  requestKey?: string | undefined;
  createdAt: string;
}

export interface TaskChange {
  state?: TaskState;
  /** Replaces all stored settings; the caller merges. */
  settings?: Settings;
  error?: Problem | null;
  steps?: number;
  /** Number of times in a row that the server ended abruptly while the task was at the same step. */
  recoveries?: number;
  /** False as soon as a loop has begun the task in this run of the server. */
  isInterrupted?: boolean;
  startedAt?: string;
  endedAt?: string;
  /** The message that the agent is writing now; null when there is none. */
  streamingMessageId?: string | null;
}

export interface TaskQuery {
  limit: number;
  /** Only tasks with a smaller id. */
  cursor?: string | undefined;
  sessionId?: string | undefined;
  state?: TaskState | undefined;
}

/** Tasks in chat_history.db. Synchronous. */
export interface TaskStore {
  create(task: NewTask): void;
  /** Throws AppError session-damaged when the row cannot be read; so does `active`. */
  get(id: string): Task | undefined;
  /** The task that a request made. Undefined when the request is no longer kept. */
  ofRequest(key: string): Task | undefined;
  /** As `get`, but a damaged row gives what can be read of it; so do `list` and `unfinished`. */
  outline(id: string): Task | undefined;
  /** Newest first. */
  list(query: TaskQuery): Task[];
  /** The oldest task of the session that has not ended. */
  active(sessionId: string): Task | undefined;
  /** All tasks that have not ended, oldest first. */
  unfinished(): Task[];
  /** The message that the task is writing now. */
  streamingMessageId(id: string): string | null;
  update(id: string, change: TaskChange): void;
  /**
   * Counts one more recovery and returns the number; 0 when the last run of the server stopped in order (`rest`).
   * Undefined, and nothing is counted, when no loop has begun the task since the last count.
   */
  countRecovery(id: string): number | undefined;
  /** Records that the server stops in order: the next run counts recoveries from 0. */
  rest(id: string): void;
  addUsage(id: string, usage: Usage): void;
}

export function hasEnded(task: Task): boolean {
  return task.state === "completed" || task.state === "failed" || task.state === "cancelled";
}

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, costUsd: 0 };
