import type { Schemas } from "../packages/shared/src/schemas.ts";
import type { PageQuery } from "./message.ts";

export type Action = Schemas["Action"];
export type ActionState = Schemas["ActionState"];
export type CreateAction = Schemas["CreateAction"];

export type NewAction = Omit<Action, "state" | "result" | "scope" | "resolvedAt" | "resolvedBy"> & {
  /** What its digest was made with, beside tool and input: the state of what the call would touch. */
  revision: string;
};

export interface Resolution {
  state: Exclude<ActionState, "pending">;
  resolvedBy: NonNullable<Action["resolvedBy"]>;
  resolvedAt: string;
  reason?: string | null;
  result?: Record<string, unknown> | null;
  /** Goes with an approval. */
  scope?: Action["scope"];
  /** The input a person changed it to. */
  input?: Record<string, unknown>;
  /** Goes with a changed input. */
  digest?: string;
}

/** Decisions in chat_history.db. Synchronous. */
export interface ActionStore {
  create(action: NewAction): void;
  /** Throws AppError session-damaged where the row cannot be read; so does `ofCall`. */
  get(id: string): Action | undefined;
  /** As `get`, as far as it can be read. */
  outline(id: string): Action | undefined;
  /** What `create` was given. */
  revision(id: string): string;
  /** The latest action for a tool call of a task. */
  ofCall(taskId: string, toolCallId: string): Action | undefined;
  /** Pending ones as far as they can be read, oldest first; of all sessions when none is named. */
  pending(sessionId: string | undefined, page: PageQuery): Action[];
  /** Compare-and-set: true only for the one call that found the action pending. */
  resolve(id: string, resolution: Resolution): boolean;
  /** Pending actions whose time is over, as far as they can be read. */
  overdue(at: string): Action[];
}
