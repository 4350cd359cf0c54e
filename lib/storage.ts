import type { ActionStore } from "./action.ts";
import type { AgentStore } from "./agent.ts";
import type { EventLog } from "./event.ts";
import type { Boundary } from "./failpoint.ts";
import type { Attachments, FileStore } from "./file.ts";
import type { MessageStore } from "./message.ts";
import type { SessionStore } from "./session.ts";
import type { SettingsStore } from "./settings.ts";
import type { TaskStore } from "./task.ts";
import type { ToolCallStore } from "./tool.ts";
import type { WorkspaceStore } from "./workspace.ts";

/**
 * Runs work as one transaction of chat_history.db. Calls inside join the outer one, whose name counts. Throws AppError
 * busy or storage-full where SQLite says so. `work` must not be async.
 */
export type Atomically = <T>(boundary: Boundary, work: () => T) => T;

export interface StoredRequest {
  operationId: string;
  /** SHA-256 of operation, path and body. */
  requestHash: string;
  /** Null while the first request is still at work, or was cut by a crash. */
  answer: { status: number; body: unknown } | null;
}

/** Requests by their idempotency key, in chat_history.db; kept for at least 24 hours. Synchronous. */
export interface IdempotencyStore {
  find(key: string): StoredRequest | undefined;
  begin(key: string, request: { operationId: string; requestHash: string; at: string }): void;
  finish(key: string, answer: { status: number; body: unknown }): void;
  /** The request failed without effect; the key is free again. */
  forget(key: string): void;
  /** Drops what is older. */
  prune(before: string): void;
}

export interface Storage {
  atomically: Atomically;
  /** Runs after the current transaction is committed, at once outside of one; never when it is rolled back. */
  afterCommit(work: () => void): void;
  sessions: SessionStore;
  tasks: TaskStore;
  messages: MessageStore;
  events: EventLog;
  toolCalls: ToolCallStore;
  actions: ActionStore;
  files: FileStore;
  attachments: Attachments;
  workspaces: WorkspaceStore;
  requests: IdempotencyStore;
  agents: AgentStore;
  settings: SettingsStore;
  close(): void;
}
