import { createCursor, type Cursor, type StreamFrame } from "../stream/frames.ts";
import type { Schemas } from "../schemas.ts";
import type { ProblemError } from "../connection/problem.ts";
import type { Requests } from "./socket-requests.ts";

export interface Subscriber {
  /** An event id, `latest`, or nothing for the whole log. */
  after?: string | undefined;
  onFrame: (frame: StreamFrame) => void;
  /** The server will not let this session be followed; it is not asked again. */
  onProblem?: (problem: ProblemError) => void;
}

/** The sessions followed over one socket, each with its place. */
export interface Subscriptions {
  /** Throws when the session is followed already. Returns a function that stops it. */
  add(sessionId: string, subscriber: Subscriber): () => void;
  /** Asks for all of them again, on a new connection. */
  resume(): void;
  /** The connection is gone. */
  suspend(): void;
  receive(frame: Schemas["WebSocketFrame"] | undefined): void;
}

interface Followed {
  subscriber: Subscriber;
  cursor: Cursor;
  /** The server has accepted it on this connection. What came before is left over from an earlier subscription to the same session. */
  isAccepted: boolean;
}

export function createSubscriptions(requests: Requests): Subscriptions {
  const followed = new Map<string, Followed>();
  let isConnected = false;

  const subscribe = async (sessionId: string) => {
    const entry = followed.get(sessionId);
    if (entry === undefined) return;
    entry.isAccepted = false;
    const { after } = entry.cursor;
    const place = after === undefined ? {} : { after };
    const refusal = await requests.subscribe({ type: "subscribe", sessionId, ...place }, () => {
      entry.isAccepted = true;
    });
    if (refusal === undefined || followed.get(sessionId) !== entry) return;
    followed.delete(sessionId);
    entry.subscriber.onProblem?.(refusal);
  };
  const deliver = (sessionId: string, frame: StreamFrame) => {
    const entry = followed.get(sessionId);
    if (entry?.isAccepted && entry.cursor.accept(frame)) entry.subscriber.onFrame(frame);
  };
  return {
    add(sessionId, subscriber) {
      if (followed.has(sessionId)) throw new Error(`${sessionId} is followed already.`);
      const entry = { subscriber, cursor: createCursor(subscriber.after), isAccepted: false };
      followed.set(sessionId, entry);
      if (isConnected) void subscribe(sessionId);
      return () => {
        if (followed.get(sessionId) !== entry) return;
        followed.delete(sessionId);
        if (isConnected) void requests.subscribe({ type: "unsubscribe", sessionId });
      };
    },
    resume() {
      isConnected = true;
      for (const sessionId of followed.keys()) void subscribe(sessionId);
    },
    suspend() {
      isConnected = false;
    },
    receive(frame) {
      if (frame?.type === "event") deliver(frame.event.sessionId, frame.event);
      else if (frame?.type === "snapshot" || frame?.type === "gap") deliver(frame.sessionId, frame);
    },
  };
}
