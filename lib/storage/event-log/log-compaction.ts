import type { Database } from "../database/database.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";
import type { LogMaintenance } from "../../event.ts";

/** Rows that one transaction removes: it takes about a millisecond, and the sync of the commit. */
const rowsMax = 200;
/** Superseding events that one transaction handles. */
const supersedingMax = 50;

/** Removes deltas that a later event made void. */
export function createCompaction(database: Database, unit: UnitOfWork): LogMaintenance["compact"] {
  const statements = prepareStatements(database);
  return (session, upTo) => unit.atomically("log.compact", () => compact(statements, session, upTo));
}

/** How far the log of a session is compacted. */
interface Progress {
  last_sequence: number;
  compacted_sequence: number;
}

/** An event that makes earlier deltas of its message or its tool call void. */
interface Superseding {
  sequence: number;
  type: "message.created" | "message.final" | "tool.result";
  subject_id: string;
}

const selectProgress = "SELECT last_sequence, compacted_sequence FROM sessions WHERE id = ?";

const selectSuperseding = `
  SELECT sequence, type, subject_id FROM events INDEXED BY events_superseding
  WHERE session_id = ? AND sequence > ? AND type IN ('message.created', 'message.final', 'tool.result')
  ORDER BY sequence LIMIT ?`;

/**
 * Removes the deltas of a subject between its last event of type `beginning` and a superseding event. Values: session
 * three times, subject, sequence of the superseding event twice, subject, limit.
 */
const removeSince = (beginning: string, deltas: string) => `
  DELETE FROM events WHERE session_id = ? AND sequence IN (
    SELECT sequence FROM events WHERE session_id = ? AND sequence > (
      SELECT max(sequence) FROM events
      WHERE session_id = ? AND subject_id = ? AND type = '${beginning}' AND sequence < ?
    ) AND sequence < ? AND subject_id = ? AND type IN (${deltas}) ORDER BY sequence LIMIT ?)`;

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: Database) {
  return {
    progress: database.statement<Progress>(selectProgress),
    superseding: database.statement<Superseding>(selectSuperseding),
    removeText: database.statement(removeSince("message.created", "'token', 'reasoning'")),
    removeOutput: database.statement(removeSince("tool.call", "'tool.output'")),
    setCompacted: database.statement("UPDATE sessions SET compacted_sequence = ? WHERE id = ?"),
  };
}

function compact(statements: Statements, session: string, upTo: number): boolean {
  const progress = statements.progress.get(session);
  if (progress === undefined || progress.compacted_sequence === progress.last_sequence) return false;
  const events = statements.superseding.all(session, progress.compacted_sequence, supersedingMax);
  const settled = events.filter(({ sequence }) => sequence <= upTo);
  let [done, room] = [progress.compacted_sequence, rowsMax];
  for (const event of settled) {
    room -= removeVoid(statements, session, event, room);
    if (room === 0) break; // More deltas of this event may be left.
    done = event.sequence;
  }
  const isAll = room > 0 && events.length < supersedingMax && settled.length === events.length;
  statements.setCompacted.run(isAll ? progress.last_sequence : done, session);
  return room === 0 || settled.length === supersedingMax;
}

/** Returns how many deltas it removed. */
function removeVoid(
  { removeText, removeOutput }: Statements,
  session: string,
  { sequence, type, subject_id: subject }: Superseding,
  limit: number,
): number {
  const remove = type === "tool.result" ? removeOutput : removeText;
  return remove.run(session, session, session, subject, sequence, sequence, subject, limit);
}
