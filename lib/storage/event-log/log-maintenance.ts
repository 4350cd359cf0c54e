import type { LogMaintenance } from "../../event.ts";
import type { Database } from "../database/database.ts";
import { isUnfinished } from "../stores/task-row.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";

/** Rows that one transaction removes: about a millisecond, and the sync of the commit. */
const rowsMax = 200;
/** Events that make others void, looked at in one transaction. */
const supersedingMax = 50;

/**
 * Bounds of the log of one session. With its deltas gone a step of a task leaves about ten events, so these are a
 * thousand steps: far more than a client misses that comes back after a night. Who asks for more than that gets a gap,
 * and the state itself, which is not in the log.
 */
const eventsMax = 10_000;
const bytesMax = 32 * 1024 * 1024;

interface Place {
  last_sequence: number;
  compacted_sequence: number;
}

interface Superseding {
  sequence: number;
  type: "message.created" | "message.final" | "tool.result";
  subject_id: string;
}

const selectDue = `
  SELECT id FROM sessions WHERE last_sequence > compacted_sequence
  OR (last_sequence > pruned_sequence AND updated_at < ?
    AND NOT EXISTS (SELECT 1 FROM tasks WHERE session_id = sessions.id AND ${isUnfinished}))
  ORDER BY id`;

const selectSuperseding = `
  SELECT sequence, type, subject_id FROM events INDEXED BY events_superseding
  WHERE session_id = ? AND sequence > ? AND type IN ('message.created', 'message.final', 'tool.result')
  ORDER BY sequence LIMIT ?`;

/** What an event of the first type began, up to the one at hand. Values: session, session, session, subject, before, before, subject, limit. */
const removeSince = (beginning: string, deltas: string) => `
  DELETE FROM events WHERE session_id = ? AND sequence IN (
    SELECT sequence FROM events WHERE session_id = ? AND sequence > (
      SELECT max(sequence) FROM events
      WHERE session_id = ? AND subject_id = ? AND type = '${beginning}' AND sequence < ?
    ) AND sequence < ? AND subject_id = ? AND type IN (${deltas}) ORDER BY sequence LIMIT ?)`;

const updatePruned = "UPDATE sessions SET pruned_sequence = max(pruned_sequence, ?) WHERE id = ?";

const selectTotals =
  "SELECT count(*) AS events, total(octet_length(payload)) AS bytes FROM events WHERE session_id = ?";

const selectOldest = `
  SELECT sequence, octet_length(payload) AS bytes FROM events WHERE session_id = ? ORDER BY sequence LIMIT ?`;

const selectRested = `
  SELECT last_sequence AS sequence FROM sessions WHERE id = ? AND updated_at < ?
  AND NOT EXISTS (SELECT 1 FROM tasks WHERE session_id = sessions.id AND ${isUnfinished})`;

/** Where the present try of a message that is streaming began. */
const selectStreaming = `
  SELECT min(began) AS sequence FROM (
    SELECT (SELECT max(sequence) FROM events
      WHERE session_id = tasks.session_id AND subject_id = streaming_message_id AND type = 'message.created') AS began
    FROM tasks WHERE session_id = ? AND ${isUnfinished} AND streaming_message_id IS NOT NULL)`;

const removeOldest = `
  DELETE FROM events WHERE session_id = ? AND sequence IN (
    SELECT sequence FROM events WHERE session_id = ? AND sequence <= ? ORDER BY sequence LIMIT ?)
  RETURNING sequence`;

export function createLogMaintenance(database: Database, unit: UnitOfWork): LogMaintenance {
  const due = database.statement<{ id: string }>(selectDue);
  const place = database.statement<Place>(
    "SELECT last_sequence, compacted_sequence FROM sessions WHERE id = ?",
  );
  const superseding = database.statement<Superseding>(selectSuperseding);
  const removeText = database.statement(removeSince("message.created", "'token', 'reasoning'"));
  const removeOutput = database.statement(removeSince("tool.call", "'tool.output'"));
  const settle = database.statement("UPDATE sessions SET compacted_sequence = ? WHERE id = ?");
  const sequence = (sql: string) => database.statement<{ sequence: number | null }>(sql);
  const [rested, streaming] = [sequence(selectRested), sequence(selectStreaming)];
  const totals = database.statement<{ events: number; bytes: number }>(selectTotals);
  const oldest = database.statement<{ sequence: number; bytes: number }>(selectOldest);
  const removeUpTo = database.statement<{ sequence: number }>(removeOldest);
  const note = database.statement(updatePruned);

  /** How many of the deltas that the event made void were removed. */
  const removeVoid = (session: string, { sequence, type, subject_id: id }: Superseding, limit: number) => {
    const remove = type === "tool.result" ? removeOutput : removeText;
    return remove.run(session, session, session, id, sequence, sequence, id, limit);
  };

  /** The last of the oldest events that have to go for the rest to be within the bounds; 0 when none has to. */
  const surplus = (session: string): number => {
    const { events = 0, bytes = 0 } = totals.get(session) ?? {};
    const over = { events: events - eventsMax, bytes: bytes - bytesMax };
    let cut = 0;
    if (over.events <= 0 && over.bytes <= 0) return cut;
    for (const event of oldest.all(session, rowsMax)) {
      if (over.events <= 0 && over.bytes <= 0) break;
      over.events--;
      over.bytes -= event.bytes;
      cut = event.sequence;
    }
    return cut;
  };

  /** The last event that need not be kept. */
  const cutOf = (session: string, restedSince: string): number => {
    const over = rested.get(session, restedSince)?.sequence ?? surplus(session);
    const live = streaming.get(session)?.sequence ?? Infinity;
    return Math.min(over, live - 1);
  };

  return {
    due: (restedSince) => due.all(restedSince).map(({ id }) => id),
    compact: (session, upTo) =>
      unit.atomically("log.compact", () => {
        const at = place.get(session);
        if (at === undefined || at.compacted_sequence === at.last_sequence) return false;
        const events = superseding.all(session, at.compacted_sequence, supersedingMax);
        const settled = events.filter(({ sequence }) => sequence <= upTo);
        let [done, room] = [at.compacted_sequence, rowsMax];
        for (const event of settled) {
          room -= removeVoid(session, event, room);
          if (room === 0) break; // There may be more of this one.
          done = event.sequence;
        }
        const isAll = room > 0 && events.length < supersedingMax && settled.length === events.length;
        settle.run(isAll ? at.last_sequence : done, session);
        return room === 0 || settled.length === supersedingMax;
      }),
    prune: (session, restedSince) =>
      unit.atomically("log.prune", () => {
        const cut = cutOf(session, restedSince);
        if (cut === 0) return false;
        const removed = removeUpTo.all(session, session, cut, rowsMax);
        if (removed.length < rowsMax) note.run(cut, session);
        else note.run(Math.max(...removed.map((row) => row.sequence)), session);
        return removed.length === rowsMax;
      }),
  };
}
