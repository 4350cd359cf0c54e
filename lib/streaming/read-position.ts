import { type EventLog, eventPlace, type Gap } from "../event.ts";

export interface ReadPosition {
  /** The first event to serve comes after this sequence. */
  after: number;
  /** Set when events are missing between the cursor and what is served. */
  gap: Gap | null;
  /** Of the last event in the log now. */
  lastSequence: number;
}

/**
 * Where to start reading for a cursor, `latest`, or undefined: the start of the log. When the events right after the
 * cursor cannot be served, it is the oldest event of the log, and `gap` says why.
 */
export function readPositionOf(log: EventLog, sessionId: string, cursor: string | undefined): ReadPosition {
  const { generation, firstSequence, lastSequence } = log.bounds(sessionId);
  const beforeFirst = firstSequence - 1;
  if (cursor === "latest") return { after: lastSequence, gap: null, lastSequence };

  const place = cursor === undefined ? { generation, sequence: 0 } : eventPlace(cursor);
  const from = (reason: Gap["reason"]) => ({
    after: beforeFirst,
    gap: { reason, firstId: log.read(sessionId, beforeFirst, 1)[0]?.id ?? null },
    lastSequence,
  });
  if (place.generation !== generation) return from("generation");
  if (place.sequence > lastSequence) return from("future");
  if (place.sequence < beforeFirst) return from("pruned");
  return { after: place.sequence, gap: null, lastSequence };
}
