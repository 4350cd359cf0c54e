import type { Schemas } from "../packages/shared/src/schemas.ts";
import type { Settings } from "./settings.ts";
import { head } from "./well-formed.ts";

export type Session = Schemas["Session"];
export type SessionStatus = Schemas["SessionStatus"];
export type Snapshot = Schemas["SnapshotFrame"]["data"];

export interface NewSession {
  id: string;
  title: string;
  workspaceId: string;
  agentId: string;
  settings: Settings;
  createdAt: string;
}

export interface SessionQuery {
  /** At most this many. */
  limit: number;
  /** Only sessions with a smaller id. */
  cursor?: string | undefined;
  status?: SessionStatus | undefined;
  workspaceId?: string | undefined;
  archived: boolean;
  /** Text in the title or in a message. Letter case does not matter; there are no wildcards. */
  search?: string | undefined;
}

export interface SessionChange {
  title?: string;
  /** Replaces all stored settings; the caller merges. */
  settings?: Settings;
  archivedAt?: string | null;
  agentId?: string;
}

/**
 * Sessions in chat_history.db. Synchronous; every method is one or two short statements.
 * Some fields are derived when a session is read. `activeTask` is the oldest task that has not ended. `status` is
 * `waiting` when that task waits, `running` when there is another active task, else `idle`. `usage` is the sum over its
 * tasks. `model` is `settings.model ?? null`. `lastEventId` comes from the log.
 */
export interface SessionStore {
  create(session: NewSession): void;
  /** Throws AppError session-damaged when its row, or that of its active task, cannot be read. */
  get(id: string): Session | undefined;
  /** As `get`, but a damaged row gives what can be read of it; so does `list`. */
  outline(id: string): Session | undefined;
  /** Newest first. */
  list(query: SessionQuery): Session[];
  /** Sets `updatedAt` to `at`. False when there is no such session. */
  update(id: string, change: SessionChange, at: string): boolean;
  /** Deletes the session with its tasks, messages, tool calls, actions and events. */
  remove(id: string): void;
}

/** A title made from the first line of a message, cut at a word. */
export function titleFrom(text: string): string {
  const line = text.trim().split("\n", 1)[0]?.trim() ?? "";
  if (line.length <= 80) return line || "New session";
  const cut = head(line, 80);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 40))}…`;
}
