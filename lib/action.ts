import type { Schemas } from "../packages/shared/src/schemas.ts";
import type { PageQuery } from "./message.ts";

export type Action = Schemas["Action"];
export type ActionState = Schemas["ActionState"];
export type CreateAction = Schemas["CreateAction"];

export type NewAction = Omit<Action, "state" | "result" | "scope" | "resolvedAt" | "resolvedBy"> & {
  /** The state of what the call would touch. The digest is made of tool, input and revision. */
  revision: string;
};

export interface Resolution {
  state: Exclude<ActionState, "pending">;
  resolvedBy: NonNullable<Action["resolvedBy"]>;
  resolvedAt: string;
  reason?: string | null;
  result?: Record<string, unknown> | null;
  /** Of an approval only. */
  scope?: Action["scope"];
  /** The new input, when the person changed it. */
  input?: Record<string, unknown>;
  /** Of the new input. */
  digest?: string;
}

/** Actions in chat_history.db. Synchronous. */
export interface ActionStore {
  create(action: NewAction): void;
  /** Throws AppError session-damaged when the row cannot be read; so does `ofCall`. */
  get(id: string): Action | undefined;
  /** As `get`, but a damaged row gives what can be read of it. */
  outline(id: string): Action | undefined;
  /** The revision that `create` was given. */
  revision(id: string): string;
  /** The latest action that decides about a tool call of a task; not one about a host. */
  ofCall(taskId: string, toolCallId: string): Action | undefined;
  /** Questions about hosts of a task, oldest first. A damaged row gives what can be read of it. */
  hostsOf(taskId: string): Action[];
  /** Pending actions, oldest first; of all sessions when none is named. A damaged row gives what can be read of it. */
  pending(sessionId: string | undefined, page: PageQuery): Action[];
  /** Compare-and-set: true only for the caller that found the action pending. */
  resolve(id: string, resolution: Resolution): boolean;
  /** Pending actions that expire before `at`. A damaged row gives what can be read of it. */
  overdue(at: string): Action[];
}
