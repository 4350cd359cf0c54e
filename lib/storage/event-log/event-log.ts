import { type Clock, timestamp } from "../../ports/clock.ts";
import { notFound } from "../../errors.ts";
import { type Event, type EventLog, eventId, type LogBounds, type NewEvent, subjectOf } from "../../event.ts";
import type { Database } from "../database/database.ts";
import { readRow } from "../database/damaged-rows.ts";
import { toJson } from "../database/json.ts";
import { attempt } from "../database/transaction-queue.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";
import { type EventRow, fromRow, toEvent } from "./event-row.ts";
import { createWrittenText } from "./written-text.ts";

type Listener = Parameters<EventLog["onCommitted"]>[0];

export interface EventLogOptions {
  database: Database;
  unit: UnitOfWork;
  clock: Clock;
  generation: number;
  /** Called with errors of listeners. */
  onFault: (error: unknown) => void;
}

/** `append` and `bounds` throw not-found for an unknown session. */
export function createEventLog(options: EventLogOptions): EventLog {
  const { database, unit, onFault } = options;
  const listeners = new Set<Listener>();
  const log: Log = {
    ...options,
    ...prepareStatements(database),
    committed: unit.queue({ deliver: (batches) => notifyListeners(listeners, batches, onFault) }),
  };
  return {
    append: (sessionId, events) => appendEvents(log, sessionId, events),
    read: (sessionId, afterSequence, limit) => readEvents(log, sessionId, afterSequence, limit),
    bounds: (sessionId) => boundsOf(log, sessionId),
    written: createWrittenText(database, { isActive: () => unit.isActive }),
    onCommitted: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

interface Log extends EventLogOptions, ReturnType<typeof prepareStatements> {
  /** Delivers the events to the listeners once they are committed. */
  committed(events: Event[]): void;
}

const reserveSequences =
  "UPDATE sessions SET last_sequence = last_sequence + ? WHERE id = ? RETURNING last_sequence";

const insertEvent = `
  INSERT INTO events (session_id, sequence, type, task_id, subject_id, created_at_ms, payload)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

const selectAfter = `
  SELECT sequence, type, task_id, created_at_ms, payload FROM events
  WHERE session_id = ? AND sequence > ? ORDER BY sequence LIMIT ?`;

function prepareStatements(database: Database) {
  return {
    reserve: database.statement<{ last_sequence: number }>(reserveSequences),
    insert: database.statement(insertEvent),
    after: database.statement<EventRow>(selectAfter),
    bounds: database.statement<{ last_sequence: number; pruned_sequence: number }>(
      "SELECT last_sequence, pruned_sequence FROM sessions WHERE id = ?",
    ),
  };
}

function appendEvents(log: Log, sessionId: string, events: readonly NewEvent[]): Event[] {
  const { unit, clock, generation, reserve, insert } = log;
  if (!unit.isActive)
    throw new Error("Events must be appended in the transaction of the change that they describe.");
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
  log.committed(appended);
  return appended;
}

function readEvents(log: Log, sessionId: string, afterSequence: number, limit: number): Event[] {
  return log.after.all(sessionId, afterSequence, limit).map((row) => {
    const id = eventId({ generation: log.generation, sequence: row.sequence });
    const event = readRow(sessionId, () => fromRow(row));
    return toEvent(event, { id, sessionId, createdAt: timestamp(row.created_at_ms) });
  });
}

function boundsOf({ bounds, generation }: Log, sessionId: string): LogBounds {
  const row = bounds.get(sessionId);
  if (!row) throw notFound("session", sessionId);
  return { generation, firstSequence: row.pruned_sequence + 1, lastSequence: row.last_sequence };
}

function notifyListeners(
  listeners: ReadonlySet<Listener>,
  batches: readonly Event[][],
  onFault: (error: unknown) => void,
): void {
  for (const [sessionId, events] of bySession(batches))
    for (const listener of [...listeners]) attempt(() => listener(sessionId, events), onFault);
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
