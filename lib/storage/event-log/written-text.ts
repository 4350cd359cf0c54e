import type { EventLog } from "../../event.ts";
import { createLruMap, type LruMap } from "../../ports/lru-map.ts";
import { readRow } from "../database/damaged-rows.ts";
import type { Database, SqlStatement } from "../database/database.ts";
import { fromJsonObject } from "../database/json.ts";

interface Written {
  /** Sequence of the `message.created` the text follows. */
  from: number;
  /** Sequence of the last delta in the text. */
  to: number;
  text: string;
  reasoning: string;
}

interface DeltaRow {
  sequence: number;
  type: "token" | "reasoning";
  payload: string;
}

/** Texts kept in memory. More messages are rarely written at the same time. */
const keptMax = 64;

/**
 * Joins the deltas of a message. Each new reader asks again for a message that is being written. The text joined so far
 * is therefore kept, and only newer deltas are read.
 */
export function createWrittenText(
  database: Database,
  { isActive }: { isActive: () => boolean },
): EventLog["written"] {
  const texts: WrittenTexts = {
    begun: database.statement(selectBegun),
    deltas: database.statement(selectDeltas),
    kept: createLruMap(keptMax),
  };
  return (sessionId, messageId) => {
    const written = readWritten(texts, sessionId, messageId);
    if (!isActive()) texts.kept.set(messageId, written); // An open transaction may be rolled back.
    return { text: written.text, reasoning: written.reasoning };
  };
}

interface WrittenTexts {
  begun: SqlStatement<{ sequence: number | null }>;
  deltas: SqlStatement<DeltaRow>;
  /** By message. */
  kept: LruMap<string, Written>;
}

const selectBegun = `
  SELECT max(sequence) AS sequence FROM events
  WHERE session_id = ? AND subject_id = ? AND type = 'message.created'`;

const selectDeltas = `
  SELECT sequence, type, payload FROM events
  WHERE session_id = ? AND sequence > ? AND subject_id = ? AND type IN ('token', 'reasoning') ORDER BY sequence`;

function readWritten({ begun, deltas, kept }: WrittenTexts, sessionId: string, messageId: string): Written {
  const from = begun.get(sessionId, messageId)?.sequence ?? 0;
  const known = kept.get(messageId);
  const written = known?.from === from ? { ...known } : { from, to: from, text: "", reasoning: "" };
  for (const { sequence, type, payload } of deltas.all(sessionId, written.to, messageId)) {
    const { text } = readRow(sessionId, () => fromJsonObject<{ text: string }>(payload));
    written[type === "token" ? "text" : "reasoning"] += text;
    written.to = sequence;
  }
  return written;
}
