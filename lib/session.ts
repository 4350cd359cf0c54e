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
  /** Text in the title or in a message; letter case does not matter, and nothing in it is a wildcard. */
  search?: string | undefined;
}

export interface SessionChange {
  title?: string;
  /** Replaces the stored settings as a whole; merging is the caller's. */
  settings?: Settings;
  archivedAt?: string | null;
  agentId?: string;
}

/**
 * Sessions in chat_history.db. Synchronous; every method is one short statement or two.
 * A Session's `status`, `activeTask`, `usage` and `lastEventId` are derived when it is read: the active task is the
 * oldest one that has not ended; the status is `waiting` when that task waits, `running` when there is one, else `idle`;
 * usage is the sum over its tasks; `model` is `settings.model ?? null`.
 */
export interface SessionStore {
  create(session: NewSession): void;
  /** Throws AppError session-damaged where its row, or that of its active task, cannot be read. */
  get(id: string): Session | undefined;
  /** As `get`, as far as it can be read; so does `list`. */
  outline(id: string): Session | undefined;
  /** Newest first. */
  list(query: SessionQuery): Session[];
  /** Sets `updatedAt` to `at`. False when there is no such session. */
  update(id: string, change: SessionChange, at: string): boolean;
  /** Deletes the session with all that hangs on it. */
  remove(id: string): void;
}

/** A title for a session that was given none: the first line of what was said, cut at a word. */
export function titleFrom(text: string): string {
  const line = text.trim().split("\n", 1)[0]?.trim() ?? "";
  if (line.length <= 80) return line || "New session";
  const cut = head(line, 80);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 40))}…`;
}
