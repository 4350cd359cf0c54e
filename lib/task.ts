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
  /** The idempotency key of the request that waits for its end. Throws for one that another task has. */
  requestKey?: string | undefined;
  createdAt: string;
}

export interface TaskChange {
  state?: TaskState;
  /** Replaces the stored settings as a whole; merging is the caller's. */
  settings?: Settings;
  error?: Problem | null;
  steps?: number;
  /** How often in a row the server ended abruptly while the task was at the same step. */
  recoveries?: number;
  /** False once a loop takes the task up. */
  isInterrupted?: boolean;
  startedAt?: string;
  endedAt?: string;
  /** The message the agent is writing just now; null when none is. */
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
  /** Throws AppError session-damaged where the row cannot be read; so does `active`. */
  get(id: string): Task | undefined;
  /** The task that a request made, for as long as the request is kept. */
  ofRequest(key: string): Task | undefined;
  /** As `get`, as far as it can be read; so do `list` and `unfinished`. */
  outline(id: string): Task | undefined;
  /** Newest first. */
  list(query: TaskQuery): Task[];
  /** The oldest task of the session that has not ended. */
  active(sessionId: string): Task | undefined;
  /** All tasks that have not ended, oldest first. */
  unfinished(): Task[];
  /** The message the task is writing just now. */
  streamingMessageId(id: string): string | null;
  update(id: string, change: TaskChange): void;
  /**
   * Counts one more recovery and returns how many there are; 0 when the last run rested the task. Undefined, and
   * nothing counted, when no loop has taken the task up (`begin`) since the last count.
   */
  countRecovery(id: string): number | undefined;
  /** The server ends as it should: what this run took up makes the next run count from 0. */
  rest(id: string): void;
  addUsage(id: string, usage: Usage): void;
}

export function hasEnded(task: Task): boolean {
  return task.state === "completed" || task.state === "failed" || task.state === "cancelled";
}

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, costUsd: 0 };
