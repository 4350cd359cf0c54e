import type { Schemas } from "../packages/shared/src/schemas.ts";

export type Event = Schemas["Event"];
export type EventType = Event["type"];
export type EventOf<T extends EventType> = Extract<Event, { type: T }>;
export type Gap = Schemas["GapData"];
export type SnapshotFrame = Schemas["SnapshotFrame"];
export type GapFrame = Schemas["GapFrame"];
/** What a stream carries. */
export type StreamFrame = Schemas["StreamFrame"];

/** An event before the log has given it its id and time. */
export type NewEvent = {
  [T in EventType]: { type: T; data: EventOf<T>["data"]; taskId?: string | undefined };
}[EventType];

/** Place of an event: the generation of the log (it rises when a restore rewrote history) and the sequence within a session, from 1. */
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

/** The message or the tool call that an event is about; what a later event makes void is found by it. */
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
   * What came before is gone. From here on the log tells everything: where numbers are missing, those events were
   * deltas that a later event made void. lastSequence + 1 when nothing is left.
   */
  firstSequence: number;
  /** 0 when nothing was ever appended. */
  lastSequence: number;
}

/**
 * The append-only log of each session, in chat_history.db. Synchronous. Ids are given in the transaction of the state
 * change that the events describe; listeners hear of them only after it was committed.
 */
export interface EventLog {
  /** Must be called inside `atomically`. Returns the events with ids and times. A `session.updated` event gets its own id as `data.session.lastEventId`. */
  append(sessionId: string, events: readonly NewEvent[]): Event[];
  /** Events with a greater sequence, oldest first. */
  read(sessionId: string, afterSequence: number, limit: number): Event[];
  /** Throws AppError not-found for an unknown session. */
  bounds(sessionId: string): LogBounds;
  /** The deltas of one message joined: its text and its reasoning so far (since its last `message.created`). */
  written(sessionId: string, messageId: string): { text: string; reasoning: string };
  /** Called after each commit with the events of one session in order. Returns a function that stops it. */
  onCommitted(listener: (sessionId: string, events: readonly Event[]) => void): () => void;
}

/** Lets go of what need not be kept in the log. Each call is one short transaction; true asks for another one. Synchronous. */
export interface LogMaintenance {
  /** Sessions whose log has grown since it was last looked through, or that rested since before `restedSince` and have a log still. */
  due(restedSince: string): string[];
  /** Removes deltas that a later event made void, if that one is none after `upTo`: those before the final message or its next try, the live output before the result. */
  compact(sessionId: string, upTo: number): boolean;
  /** Removes the oldest events over the bounds of a log, and all of a session that has rested; never what `written` tells. */
  prune(sessionId: string, restedSince: string): boolean;
}

export interface Delta {
  sessionId: string;
  taskId: string;
  messageId: string;
  type: "token" | "reasoning";
  text: string;
}

/** Live output of a command, coalesced like the deltas of a message. */
export interface OutputDelta {
  sessionId: string;
  taskId: string;
  toolCallId: string;
  type: "tool.output";
  stream: "stdout" | "stderr";
  text: string;
}

/** Writes small pieces of text as few events: one per message and at most one in 16 ms, all sessions in one transaction. */
export interface DeltaWriter {
  /** Throws what the last flush failed with, if it did. */
  push(delta: Delta | OutputDelta): void;
  /** Writes at once what is pending; before any event that must come after it. Inside a transaction it joins; what a rollback takes back is written again later. Throws what it fails with. */
  flush(): void;
}

export interface FeedQuery {
  sessionId: string;
  /** A cursor, `latest`, or undefined for the start of the log. */
  after: string | undefined;
  signal: AbortSignal;
}

/** Streams a session: first its snapshot (and a gap, where the cursor cannot be served), then batches of events, exactly once and in order. */
export interface EventFeed {
  open(query: FeedQuery): AsyncIterable<readonly StreamFrame[]>;
  /** One page of the log; never waits. `nextCursor` is null at the end of the log. */
  page(query: { sessionId: string; after: string | undefined; limit: number }): Schemas["EventPage"];
}

/** The end of streams, for those who know when it has come. */
export interface EventStreams {
  /** Ends all streams of a session, once its deletion is committed. */
  end(sessionId: string): void;
  /** Ends all streams of all sessions, at the stop of the server. */
  close(): void;
}
