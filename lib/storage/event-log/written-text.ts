import type { EventLog } from "../../event.ts";
import { readRow } from "../database/damaged-rows.ts";
import type { Database } from "../database/database.ts";
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

/** Messages whose text is kept; many more are seldom written at once. */
const keptMax = 64;

/**
 * The deltas of a message joined. A message that is written just now is asked for again and again, by each reader that
 * comes: what was joined before is kept, and only what came since is read.
 */
export function createWrittenText(
  database: Database,
  { isActive }: { isActive: () => boolean },
): EventLog["written"] {
  const begun = database.statement<{ sequence: number | null }>(`
    SELECT max(sequence) AS sequence FROM events
    WHERE session_id = ? AND subject_id = ? AND type = 'message.created'`);
  const deltas = database.statement<DeltaRow>(`
    SELECT sequence, type, payload FROM events
    WHERE session_id = ? AND sequence > ? AND subject_id = ? AND type IN ('token', 'reasoning') ORDER BY sequence`);
  const kept = new Map<string, Written>();

  const keep = (messageId: string, written: Written) => {
    kept.delete(messageId);
    kept.set(messageId, written);
    const [oldest] = kept.keys();
    if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
  };

  return (sessionId, messageId) => {
    const from = begun.get(sessionId, messageId)?.sequence ?? 0;
    const known = kept.get(messageId);
    const written = known?.from === from ? { ...known } : { from, to: from, text: "", reasoning: "" };
    for (const { sequence, type, payload } of deltas.all(sessionId, written.to, messageId)) {
      const { text } = readRow(sessionId, () => fromJsonObject<{ text: string }>(payload));
      written[type === "token" ? "text" : "reasoning"] += text;
      written.to = sequence;
    }
    if (!isActive()) keep(messageId, written); // A transaction may still take its deltas back.
    return { text: written.text, reasoning: written.reasoning };
  };
}
