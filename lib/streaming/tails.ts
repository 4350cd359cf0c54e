import type { EventLog } from "../event.ts";
import { createSessionTail, type SessionTail, type SessionTailOptions } from "./session-tail.ts";

/** One tail for each session that is being read. */
export interface Tails {
  /** Each `join` needs one `leave`. */
  join(sessionId: string): SessionTail;
  leave(sessionId: string, tail: SessionTail): void;
  isJoined(sessionId: string): boolean;
  /** Ends the streams of one session. */
  end(sessionId: string): void;
  /** Ends the streams of all sessions. */
  close(): void;
}

export type TailBounds = Pick<SessionTailOptions, "eventsMax" | "charactersMax">;

export function createTails(log: EventLog, bounds: TailBounds): Tails {
  const tails: OpenTails = { log, bounds, bySession: new Map(), isClosed: false };
  const stop = log.onCommitted((sessionId, events) => tails.bySession.get(sessionId)?.tail.add(events));
  return {
    join: (sessionId) => joinTail(tails, sessionId),
    leave: (sessionId, tail) => leaveTail(tails, sessionId, tail),
    isJoined: (sessionId) => tails.bySession.has(sessionId),
    end: (sessionId) => endTail(tails, sessionId),
    close: () => {
      tails.isClosed = true;
      stop();
      for (const sessionId of [...tails.bySession.keys()]) endTail(tails, sessionId);
    },
  };
}

interface OpenTails {
  log: EventLog;
  bounds: TailBounds;
  bySession: Map<string, { tail: SessionTail; readers: number }>;
  isClosed: boolean;
}

function joinTail({ log, bounds, bySession, isClosed }: OpenTails, sessionId: string): SessionTail {
  const found = bySession.get(sessionId);
  if (found) {
    found.readers++;
    return found.tail;
  }
  const { lastSequence } = log.bounds(sessionId);
  const tail = createSessionTail({ lastSequence, ...bounds });
  if (isClosed) tail.end();
  else bySession.set(sessionId, { tail, readers: 1 });
  return tail;
}

function leaveTail({ bySession }: OpenTails, sessionId: string, tail: SessionTail): void {
  const found = bySession.get(sessionId);
  if (found?.tail !== tail) return; // Its tail has ended, and the session may have a new one.
  found.readers--;
  if (found.readers === 0) bySession.delete(sessionId);
}

function endTail({ bySession }: OpenTails, sessionId: string): void {
  bySession.get(sessionId)?.tail.end();
  bySession.delete(sessionId);
}
