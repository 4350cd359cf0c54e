import type { Schemas } from "../packages/shared/src/schemas.ts";

export type Message = Schemas["Message"];
export type MessagePart = Schemas["MessagePart"];
export type ToolCallPart = Schemas["ToolCallPart"];
export type ToolResultPart = Schemas["ToolResultPart"];
export type ToolOutput = Schemas["ToolOutput"];

/** What a provider must get back with a part, such as the signature of its reasoning. Clients never see it. */
export type ProviderMetadata = Record<string, unknown> | null;

export interface NewMessage {
  id: string;
  sessionId: string;
  taskId: string;
  role: Message["role"];
  content: MessagePart[];
  fileIds: string[];
  createdAt: string;
  /** One entry for each part; absent when no part has metadata. */
  providerMetadata?: ProviderMetadata[];
}

export interface HistoryMessage {
  message: Message;
  /** One entry for each part of the message. */
  providerMetadata: ProviderMetadata[];
}

export interface PageQuery {
  limit: number;
  cursor?: string | undefined;
}

/**
 * Messages in chat_history.db. Synchronous. A message gets its `position`, which counts from 0 within the session, when it
 * becomes part of the conversation. A message without one waits for a task to take it up.
 */
export interface MessageStore {
  /** Stores a message without position. */
  create(message: NewMessage): void;
  get(id: string): Message | undefined;
  /** By position, then waiting ones by id. `cursor` is the id of the last message of the previous page. */
  list(sessionId: string, page: PageQuery): Message[];
  /** Gives the message the next position of its session. Returns it. */
  deliver(id: string): Message;
  /** Gives a waiting message to another task of its session. Returns it. */
  assign(id: string, taskId: string): Message;
  /** Waiting messages of the session, oldest first. */
  waiting(sessionId: string): Message[];
  /** The last message of the conversation so far. */
  last(sessionId: string): Message | undefined;
  /** The conversation so far: messages with a position, in order. */
  history(sessionId: string): HistoryMessage[];
}

/** Whether a person ran a tool with this message. It holds one tool call, and the message after it holds the result. */
export function isToolRun({ role, content }: Pick<Message, "role" | "content">): boolean {
  return role === "user" && content.some((part) => part.type === "tool-call");
}

export function textOf(parts: readonly MessagePart[]): string {
  return parts
    .filter((part) => part.type === "text")
    .map((part) => part.text)
    .join("\n");
}
