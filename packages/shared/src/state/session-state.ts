import type { Schemas } from "../schemas.ts";

export type Message = Schemas["Message"];

/** One call of a tool by the agent. */
export interface ToolCallState {
  toolCallId: string;
  toolName: string;
  input: unknown;
  /** The message that asked for it. */
  messageId: string;
  state: "open" | "done" | "failed";
  output: Schemas["ToolOutput"] | null;
  /** Null until the call ends, and when only messages and no events describe it. */
  durationMs: number | null;
}

/** The latest output of a running command: at least the last 65,536 characters of each stream, when there are so many. */
export interface LiveOutput {
  stdout: string;
  stderr: string;
}

/** What a client knows of a session. Never changed in place, so the same object means the same content. */
export interface SessionState {
  /** As the last event or snapshot that contains it whole. Its own `lastEventId` may be older than the one below. */
  session: Schemas["Session"] | null;
  workspace: Schemas["Workspace"] | null;
  /** By task id. */
  tasks: Readonly<Record<string, Schemas["Task"]>>;
  /** The conversation, ordered by position. */
  messages: readonly Message[];
  /** Messages of people that the agent has not read yet, in order. */
  queue: readonly Message[];
  /** The message that the agent is writing now. */
  streaming: Schemas["StreamingMessage"] | null;
  /** By tool call id. */
  toolCalls: Readonly<Record<string, ToolCallState>>;
  /** By tool call id; only for running commands. */
  liveOutput: Readonly<Record<string, LiveOutput>>;
  /** Pending actions, oldest first. */
  actions: readonly Schemas["Action"][];
  /** What the session is doing, in words for people. */
  detail: string;
  /** The last problem that an event reported. */
  problem: Schemas["Problem"] | null;
  /** Id of the last event that was applied. */
  lastEventId: string | null;
  /** Id of the last event that the snapshot contains. Events up to it only fill in the history. */
  snapshotId: string | null;
  /** Set while history is missing. `loadHistory` loads it. */
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

/** All messages in the order to show them: the conversation, then those that wait. */
export function allMessages({ messages, queue }: SessionState): Message[] {
  return [...messages, ...queue];
}
