import type { Database } from "../database/database.ts";

/** Looks through the logs of those sessions alone in which something happened since. */
export function createCostSince(database: Database): (at: string) => number {
  // A damaged row is no reason to know nothing of the others.
  const sum = database.statement<{ costUsd: number }>(`
    SELECT total(iif(json_valid(payload), payload ->> '$.usage.costUsd', 0)) AS costUsd FROM events
    WHERE session_id IN (SELECT id FROM sessions WHERE updated_at >= ?) AND type = 'usage' AND created_at_ms >= ?`);
  return (at) => sum.get(at, Date.parse(at))?.costUsd ?? 0;
}
