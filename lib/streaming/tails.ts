import type { EventLog } from "../event.ts";
import { createSessionTail, type SessionTail, type SessionTailOptions } from "./session-tail.ts";

/** One tail for each session that is being read. */
export interface Tails {
  join(sessionId: string): SessionTail;
  leave(sessionId: string, tail: SessionTail): void;
  end(sessionId: string): void;
  close(): void;
}

type Bounds = Pick<SessionTailOptions, "eventsMax" | "charactersMax">;

export function createTails(log: EventLog, bounds: Bounds): Tails {
  const tails = new Map<string, { tail: SessionTail; readers: number }>();
  let isClosed = false;
  const stop = log.onCommitted((sessionId, events) => tails.get(sessionId)?.tail.add(events));
  const end = (sessionId: string) => {
    tails.get(sessionId)?.tail.end();
    tails.delete(sessionId);
  };
  return {
    join(sessionId) {
      const found = tails.get(sessionId);
      if (found) {
        found.readers++;
        return found.tail;
      }
      const { lastSequence } = log.bounds(sessionId);
      const tail = createSessionTail({ lastSequence, ...bounds });
      if (isClosed) tail.end();
      else tails.set(sessionId, { tail, readers: 1 });
      return tail;
    },
    leave(sessionId, tail) {
      const found = tails.get(sessionId);
      // The session may have been ended, and even read anew, since this reader came.
      if (found?.tail !== tail) return;
      found.readers--;
      if (found.readers === 0) tails.delete(sessionId);
    },
    end,
    close() {
      isClosed = true;
      stop();
      for (const sessionId of [...tails.keys()]) end(sessionId);
    },
  };
}
