import type { DatabaseName } from "../database-name.ts";
import type { ActionStore } from "../action.ts";
import type { AgentStore } from "../agent.ts";
import type { EventLog, LogMaintenance } from "../event.ts";
import type { Boundary } from "./failpoint.ts";
import type { Attachments, FileStore } from "../file.ts";
import type { MessageStore } from "../message.ts";
import type { ReplicaRecord } from "../operating/replica-record.ts";
import type { Restoration } from "../operating/restoration.ts";
import type { SessionStore } from "../session.ts";
import type { SettingsStore, VariableStore } from "../settings.ts";
import type { TaskStore } from "../task.ts";
import type { ToolCallStore } from "./tool-call-store.ts";
import type { WorkspaceStore } from "./workspace-store.ts";

/**
 * Runs `work` as one transaction of its database. A call inside another one joins it; the name of the outer one counts.
 * Throws AppError busy when the database is locked, storage-full when the disk is full. `work` must not be async.
 */
export type Atomically = <T>(boundary: Boundary, work: () => T) => T;

export interface StoredRequest {
  operationId: string;
  /** SHA-256 of operation, path and body. */
  requestHash: string;
  /** Null while the first request is running, and when it was interrupted. */
  answer: { status: number; body: unknown } | null;
}

/** Requests by their idempotency key, in the database that they change. Synchronous. */
export interface IdempotencyStore {
  find(key: string): StoredRequest | undefined;
  begin(key: string, request: { operationId: string; requestHash: string; at: string }): void;
  finish(key: string, answer: { status: number; body: unknown }): void;
  /** Deletes older requests, except for the newest thousand. */
  prune(before: string): void;
}

/** The transactions of one database, and the requests that change it. */
export interface RequestDatabase {
  atomically: Atomically;
  requests: IdempotencyStore;
}

/** Keeps chat_history.db small. Each call is short; true means: call it again. Synchronous. */
export interface StorageMaintenance extends LogMaintenance {
  /** Gives some unused space of the file back to the disk. */
  vacuum(): boolean;
  /** Bytes in a write-ahead log that a reader in another process keeps from being emptied; 0 when it can be emptied. */
  backlogBytes(): number;
}

export interface Storage {
  /** The transaction of chat_history.db. All stores use that database, except for `agents`, `settings` and `variables`. */
  atomically: Atomically;
  /** Runs `work` after the commit of the current transaction, or at once when there is none. After a rollback it does not run. */
  afterCommit(work: () => void): void;
  sessions: SessionStore;
  tasks: TaskStore;
  messages: MessageStore;
  events: EventLog;
  toolCalls: ToolCallStore;
  actions: ActionStore;
  files: FileStore;
  attachments: Attachments;
  replicaRecord: ReplicaRecord;
  workspaces: WorkspaceStore;
  requestDatabases: Readonly<Record<DatabaseName, RequestDatabase>>;
  /** In all databases. Requests are kept for at least 24 hours; after that, their keys can be used again. */
  requests: Pick<IdempotencyStore, "find" | "prune">;
  agents: AgentStore;
  settings: SettingsStore;
  variables: VariableStore;
  maintenance: StorageMaintenance;
  /** Not null when the databases were restored from copies and are not repaired yet. */
  restoration: Restoration | null;
  /** Cost of model requests since `at` in US dollars, as far as the log is kept. */
  costSince(at: string): number;
  /** The newest id except for those of agents; undefined when there is none. */
  newestId(): string | undefined;
  close(): void;
}
