import type { Database } from "../database/database.ts";

/** In US dollars. Reads the logs of only those sessions that changed since. */
export function createCostSince(database: Database): (at: string) => number {
  // A damaged row counts as 0, so that it does not hide the others.
  const sum = database.statement<{ costUsd: number }>(`
    SELECT total(iif(json_valid(payload), payload ->> '$.usage.costUsd', 0)) AS costUsd FROM events
    WHERE session_id IN (SELECT id FROM sessions WHERE updated_at >= ?) AND type = 'usage' AND created_at_ms >= ?`);
  return (at) => sum.get(at, Date.parse(at))?.costUsd ?? 0;
}
