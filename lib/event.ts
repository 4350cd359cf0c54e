import type { Schemas } from "../packages/shared/src/schemas.ts";

export type Event = Schemas["Event"];
export type EventType = Event["type"];
export type EventOf<T extends EventType> = Extract<Event, { type: T }>;
export type Gap = Schemas["GapData"];
export type SnapshotFrame = Schemas["SnapshotFrame"];
export type GapFrame = Schemas["GapFrame"];
/** One frame of a stream. */
export type StreamFrame = Schemas["StreamFrame"];

/** An event that the log has not given its id and time yet. */
export type NewEvent = {
  [T in EventType]: { type: T; data: EventOf<T>["data"]; taskId?: string | undefined };
}[EventType];

/** The place of an event: the generation of the log, which a restore raises, and the sequence within a session, from 1. */
export interface EventPlace {
  generation: number;
  sequence: number;
}

export function eventId({ generation, sequence }: EventPlace): string {
  return `evt_${String(generation).padStart(4, "0")}_${String(sequence).padStart(10, "0")}`;
}

export function eventPlace(id: string): EventPlace {
  const [, generation, sequence] = id.split("_");
  return { generation: Number(generation), sequence: Number(sequence) };
}

/** The id of the message or tool call that an event is about. A later event of the same subject may make it void. */
export function subjectOf(event: NewEvent): string | null {
  switch (event.type) {
    case "token":
    case "reasoning":
      return event.data.messageId;
    case "message.created":
    case "message.final":
      return event.data.message.id;
    case "tool.call":
    case "tool.output":
    case "tool.result":
      return event.data.toolCallId;
    default:
      return null;
  }
}

export interface LogBounds {
  generation: number;
  /**
   * The first event that is kept. Earlier ones are deleted. After it only void deltas are missing. lastSequence + 1
   * when no event is left.
   */
  firstSequence: number;
  /** 0 when no event was ever appended. */
  lastSequence: number;
}

/**
 * The append-only log of each session, in chat_history.db. Synchronous. Events get their ids in the transaction of the
 * state change that they describe. Listeners are called only after its commit.
 */
export interface EventLog {
  /** Call it inside `atomically`. Returns the events with ids and times. A `session.updated` event gets its own id as `data.session.lastEventId`. */
  append(sessionId: string, events: readonly NewEvent[]): Event[];
  /** Events with a greater sequence, oldest first. */
  read(sessionId: string, afterSequence: number, limit: number): Event[];
  /** Throws AppError not-found for an unknown session. */
  bounds(sessionId: string): LogBounds;
  /** The text and the reasoning of a message so far: its deltas since its last `message.created`, joined. */
  written(sessionId: string, messageId: string): { text: string; reasoning: string };
  /** Calls the listener after each commit with the events of one session, in order. Returns a function that removes the listener. */
  onCommitted(listener: (sessionId: string, events: readonly Event[]) => void): () => void;
}

/** Deletes events that need not be kept. Each call is one short transaction; true means: call it again. Synchronous. */
export interface LogMaintenance {
  /** Sessions whose log has grown since it was last compacted, and sessions that have a log although nothing happened since `restedSince`. */
  due(restedSince: string): string[];
  /** Deletes deltas that an event up to `upTo` made void: those before the final message or before its next try, and live output before the result. */
  compact(sessionId: string, upTo: number): boolean;
  /** Deletes the oldest events over the bounds of a log, and all events of a session without activity since `restedSince`; never those that `written` reads. */
  prune(sessionId: string, restedSince: string): boolean;
}

export interface Delta {
  sessionId: string;
  taskId: string;
  messageId: string;
  type: "token" | "reasoning";
  text: string;
}

/** Live output of a command. It is joined like the deltas of a message. */
export interface OutputDelta {
  sessionId: string;
  taskId: string;
  toolCallId: string;
  type: "tool.output";
  stream: "stdout" | "stderr";
  text: string;
}

/** Live output of a stream ends after this many characters; only the log of the command holds what comes later. */
export const liveCharactersMax = 1024 * 1024;

/** What a running command has written to one stream, as people saw it. */
export interface HeardStream {
  /** The last characters, as plain text. */
  text: string;
  /** Of all that was heard, also before those characters. */
  characters: number;
  bytes: number;
}

/** Joins small pieces of text to few events: for each message at most one in 16 ms. The events of all sessions share a transaction. */
export interface DeltaWriter {
  /** Throws the error of the last flush when that failed. */
  push(delta: Delta | OutputDelta): void;
  /** Writes at once what is pending. Call it before an event that must come after the text. Inside a transaction it joins that one; after a rollback the text is written again later. */
  flush(): void;
}

export interface FeedQuery {
  sessionId: string;
  /** A cursor, `latest`, or undefined: from the start of the log. */
  after: string | undefined;
  signal: AbortSignal;
}

/** Streams a session: first its snapshot, and a gap when the log no longer has what follows the cursor; then every event once, in order, in batches. */
export interface EventFeed {
  open(query: FeedQuery): AsyncIterable<readonly StreamFrame[]>;
  /** One page of the log. It does not wait for events. `nextCursor` is null at the end of the log. */
  page(query: { sessionId: string; after: string | undefined; limit: number }): Schemas["EventPage"];
}

/** Ends streams from the server's side. */
export interface EventStreams {
  /** Ends all streams of a session. Call it after the commit of its deletion. */
  end(sessionId: string): void;
  /** Ends all streams, when the server stops. */
  close(): void;
  /** Whether a stream of the session is open. */
  hasReaders(sessionId: string): boolean;
}
