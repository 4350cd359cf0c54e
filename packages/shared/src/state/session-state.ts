import type { Schemas } from "../schemas.ts";

export type Message = Schemas["Message"];

export interface ToolCallState {
  toolCallId: string;
  toolName: string;
  input: unknown;
  /** The message that asked for it. */
  messageId: string;
  state: "open" | "done" | "failed";
  output: Schemas["ToolOutput"] | null;
  /** Null until it is done, and where only the messages tell of it. */
  durationMs: number | null;
}

/** What a running command said lately. */
export interface LiveOutput {
  stdout: string;
  stderr: string;
}

/** What a client knows of a session. Never changed in place: what is the same object is the same state. */
export interface SessionState {
  /** As of the last time it was told whole; the place in the log is `lastEventId` below. */
  session: Schemas["Session"] | null;
  workspace: Schemas["Workspace"] | null;
  /** By id. */
  tasks: Readonly<Record<string, Schemas["Task"]>>;
  /** The conversation, by position. */
  messages: readonly Message[];
  /** What people said and the agent has not taken up yet, in order. */
  queue: readonly Message[];
  /** What the agent is saying just now. */
  streaming: Schemas["StreamingMessage"] | null;
  /** By tool call id. */
  toolCalls: Readonly<Record<string, ToolCallState>>;
  /** By tool call id; of running commands only. */
  liveOutput: Readonly<Record<string, LiveOutput>>;
  /** Pending ones, oldest first. */
  actions: readonly Schemas["Action"][];
  /** In words, for people. */
  detail: string;
  /** The last failure that was told. */
  problem: Schemas["Problem"] | null;
  /** The last event that was folded in. */
  lastEventId: string | null;
  /** A snapshot told the state up to here; events until then only fill in the history. */
  snapshotId: string | null;
  /** Set while history is missing: load it with `loadHistory`. */
  gap: Schemas["GapData"] | null;
}

export const emptyState: SessionState = {
  session: null,
  workspace: null,
  tasks: {},
  messages: [],
  queue: [],
  streaming: null,
  toolCalls: {},
  liveOutput: {},
  actions: [],
  detail: "",
  problem: null,
  lastEventId: null,
  snapshotId: null,
  gap: null,
};

/** Messages as a person reads them: the conversation, then what waits. */
export function allMessages({ messages, queue }: SessionState): Message[] {
  return [...messages, ...queue];
}
