import type { Database } from "../database/database.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";
import type { LogMaintenance } from "../../event.ts";
import { isUnfinished } from "../stores/task-row.ts";

/** Rows that one transaction removes: it takes about a millisecond, and the sync of the commit. */
const rowsMax = 200;

/**
 * Bounds of the log of one session. Without its deltas a step of a task leaves about ten events, so this is a thousand
 * steps: far more than a client misses overnight. A client that asks for older events gets a gap and the current state,
 * which is not stored in the log.
 */
const eventsMax = 10_000;
const bytesMax = 32 * 1024 * 1024;

/** Removes the oldest events: those over the bounds, or all of a session that rests; never a message that is streaming. */
export function createPruning(database: Database, unit: UnitOfWork): LogMaintenance["prune"] {
  const statements = prepareStatements(database);
  return (session, restedSince) =>
    unit.atomically("log.prune", () => prune(statements, session, restedSince));
}

const selectTotals =
  "SELECT count(*) AS events, total(octet_length(payload)) AS bytes FROM events WHERE session_id = ?";

const selectOldest = `
  SELECT sequence, octet_length(payload) AS bytes FROM events WHERE session_id = ? ORDER BY sequence LIMIT ?`;

const selectRested = `
  SELECT last_sequence AS sequence FROM sessions WHERE id = ? AND updated_at < ?
  AND NOT EXISTS (SELECT 1 FROM tasks WHERE session_id = sessions.id AND ${isUnfinished})`;

/** Where the current attempt of a message that is streaming began. */
const selectStreaming = `
  SELECT min(began) AS sequence FROM (
    SELECT (SELECT max(sequence) FROM events
      WHERE session_id = tasks.session_id AND subject_id = streaming_message_id AND type = 'message.created') AS began
    FROM tasks WHERE session_id = ? AND ${isUnfinished} AND streaming_message_id IS NOT NULL)`;

const removeOldest = `
  DELETE FROM events WHERE session_id = ? AND sequence IN (
    SELECT sequence FROM events WHERE session_id = ? AND sequence <= ? ORDER BY sequence LIMIT ?)
  RETURNING sequence`;

const updatePruned = "UPDATE sessions SET pruned_sequence = max(pruned_sequence, ?) WHERE id = ?";

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: Database) {
  const sequence = (sql: string) => database.statement<{ sequence: number | null }>(sql);
  return {
    totals: database.statement<{ events: number; bytes: number }>(selectTotals),
    oldest: database.statement<{ sequence: number; bytes: number }>(selectOldest),
    rested: sequence(selectRested),
    streaming: sequence(selectStreaming),
    removeOldest: database.statement<{ sequence: number }>(removeOldest),
    setPruned: database.statement(updatePruned),
  };
}

function prune(statements: Statements, session: string, restedSince: string): boolean {
  const cut = lastToRemove(statements, session, restedSince);
  if (cut === 0) return false;
  const removed = statements.removeOldest.all(session, session, cut, rowsMax);
  const isMore = removed.length === rowsMax;
  statements.setPruned.run(isMore ? Math.max(...removed.map(({ sequence }) => sequence)) : cut, session);
  return isMore;
}

function lastToRemove(statements: Statements, session: string, restedSince: string): number {
  const last = statements.rested.get(session, restedSince)?.sequence ?? lastOverBounds(statements, session);
  const streaming = statements.streaming.get(session)?.sequence ?? Infinity;
  return Math.min(last, streaming - 1);
}

/** The last of the oldest events that must be removed so that the rest is within the bounds; 0 when none must be. */
function lastOverBounds({ totals, oldest }: Statements, session: string): number {
  const { events = 0, bytes = 0 } = totals.get(session) ?? {};
  const over = { events: events - eventsMax, bytes: bytes - bytesMax };
  let last = 0;
  if (over.events <= 0 && over.bytes <= 0) return last;
  for (const event of oldest.all(session, rowsMax)) {
    if (over.events <= 0 && over.bytes <= 0) break;
    over.events--;
    over.bytes -= event.bytes;
    last = event.sequence;
  }
  return last;
}
