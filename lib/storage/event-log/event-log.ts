import { type Clock, timestamp } from "../../ports/clock.ts";
import { notFound } from "../../errors.ts";
import { type Event, type EventLog, type EventType, eventId, type NewEvent, subjectOf } from "../../event.ts";
import type { Database } from "../database/database.ts";
import { readRow } from "../database/damaged-rows.ts";
import { fromJsonObject, toJson } from "../database/json.ts";
import { attempt, type UnitOfWork } from "../database/unit-of-work.ts";
import { createWrittenText } from "./written-text.ts";

interface EventRow {
  sequence: number;
  type: EventType;
  task_id: string | null;
  created_at_ms: number;
  payload: string;
}

type Listener = Parameters<EventLog["onCommitted"]>[0];

/** `append` and `bounds` throw not-found for an unknown session. */
export function createEventLog(options: {
  database: Database;
  unit: UnitOfWork;
  clock: Clock;
  generation: number;
  onFault: (error: unknown) => void;
}): EventLog {
  const { database, unit, clock, generation, onFault } = options;
  const reserve = database.statement<{ last_sequence: number }>(
    "UPDATE sessions SET last_sequence = last_sequence + ? WHERE id = ? RETURNING last_sequence",
  );
  const insert = database.statement(`
    INSERT INTO events (session_id, sequence, type, task_id, subject_id, created_at_ms, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const select = database.statement<EventRow>(`
    SELECT sequence, type, task_id, created_at_ms, payload FROM events
    WHERE session_id = ? AND sequence > ? ORDER BY sequence LIMIT ?`);
  const bounds = database.statement<{ last_sequence: number; pruned_sequence: number }>(
    "SELECT last_sequence, pruned_sequence FROM sessions WHERE id = ?",
  );

  const listeners = new Set<Listener>();
  const committed = unit.queue<Event[]>({
    deliver: (batches) => {
      for (const [sessionId, events] of bySession(batches))
        for (const listener of [...listeners]) attempt(() => listener(sessionId, events), onFault);
    },
  });

  return {
    append: (sessionId, events) => {
      if (!unit.isActive) throw new Error("Events are appended in the transaction of what they describe.");
      if (events.length === 0) return [];
      const reserved = reserve.get(events.length, sessionId);
      if (!reserved) throw notFound("session", sessionId);
      const at = clock.now();
      const createdAt = timestamp(at);
      let sequence = reserved.last_sequence - events.length;
      const appended = events.map((event) => {
        const id = eventId({ generation, sequence: ++sequence });
        const stored = toEvent(event, { id, sessionId, createdAt });
        const payload = toJson(stored.data);
        insert.run(sessionId, sequence, event.type, event.taskId ?? null, subjectOf(event), at, payload);
        return stored;
      });
      committed(appended);
      return appended;
    },
    read: (sessionId, afterSequence, limit) =>
      select.all(sessionId, afterSequence, limit).map((row) => {
        const id = eventId({ generation, sequence: row.sequence });
        return toEvent(
          readRow(sessionId, () => fromRow(row)),
          { id, sessionId, createdAt: timestamp(row.created_at_ms) },
        );
      }),
    bounds: (sessionId) => {
      const row = bounds.get(sessionId);
      if (!row) throw notFound("session", sessionId);
      return { generation, firstSequence: row.pruned_sequence + 1, lastSequence: row.last_sequence };
    },
    written: createWrittenText(database, { isActive: () => unit.isActive }),
    onCommitted: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function bySession(batches: readonly Event[][]): Map<string, Event[]> {
  const sessions = new Map<string, Event[]>();
  for (const batch of batches)
    for (const event of batch) {
      const events = sessions.get(event.sessionId);
      if (events) events.push(event);
      else sessions.set(event.sessionId, [event]);
    }
  return sessions;
}

function fromRow({ type, task_id, payload }: EventRow): NewEvent {
  // The row says what `append` was given; the pairing of type and data is lost only to the compiler.
  return { type, taskId: task_id ?? undefined, data: fromJsonObject<unknown>(payload) } as NewEvent;
}

/** A session is told with the event that tells it as its last one; also after the generation rose. */
function toEvent(
  event: NewEvent,
  { id, sessionId, createdAt }: { id: string; sessionId: string; createdAt: string },
): Event {
  const data =
    event.type === "session.updated"
      ? { ...event.data, session: { ...event.data.session, lastEventId: id } }
      : event.data;
  const task = event.taskId === undefined ? {} : { taskId: event.taskId };
  return { id, sessionId, ...task, type: event.type, createdAt, data } as Event; // As in fromRow.
}
