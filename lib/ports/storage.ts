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
import type { SettingsStore } from "../settings.ts";
import type { TaskStore } from "../task.ts";
import type { ToolCallStore } from "../tool.ts";
import type { WorkspaceStore } from "../workspace.ts";

/**
 * Runs work as one transaction of its database. Calls inside join the outer one, whose name counts. Throws AppError
 * busy or storage-full where SQLite says so. `work` must not be async.
 */
export type Atomically = <T>(boundary: Boundary, work: () => T) => T;

export interface StoredRequest {
  operationId: string;
  /** SHA-256 of operation, path and body. */
  requestHash: string;
  /** Null while the first request is still at work, or was cut before its end. */
  answer: { status: number; body: unknown } | null;
}

/** Requests by their idempotency key, in the database that they change. Synchronous. */
export interface IdempotencyStore {
  find(key: string): StoredRequest | undefined;
  begin(key: string, request: { operationId: string; requestHash: string; at: string }): void;
  finish(key: string, answer: { status: number; body: unknown }): void;
  /** Drops what is older, but for the newest thousand. */
  prune(before: string): void;
}

/** One database: its transactions, and the requests whose changes are in them. */
export interface RequestDatabase {
  atomically: Atomically;
  requests: IdempotencyStore;
}

/** What keeps chat_history.db small. Each call is short; true asks for another one. Synchronous. */
export interface StorageMaintenance extends LogMaintenance {
  /** Gives some of the room that the file does not need back to the disk. */
  vacuum(): boolean;
  /** Bytes that wait in an overgrown write-ahead log because a reader is in the way; 0 when all is well. */
  backlogBytes(): number;
}

export interface Storage {
  /** Of chat_history.db, like all that follows but the last stores. */
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
  replicaRecord: ReplicaRecord;
  workspaces: WorkspaceStore;
  requestDatabases: Readonly<Record<DatabaseName, RequestDatabase>>;
  /** In all databases; kept for at least 24 hours. What is pruned frees its key for another request. */
  requests: Pick<IdempotencyStore, "find" | "prune">;
  agents: AgentStore;
  settings: SettingsStore;
  maintenance: StorageMaintenance;
  /** Not null while the databases are ones that were put back; the repair ends it. */
  restoration: Restoration | null;
  /** What model requests cost since then, in US dollars, as far as the log tells. */
  costSince(at: string): number;
  /** The newest of all ids but those of agents; undefined while there is none. */
  newestId(): string | undefined;
  close(): void;
}
