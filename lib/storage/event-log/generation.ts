import type { Database } from "../database/database.ts";

/**
 * The generation of the event log. After databases were restored from a copy it rises above every generation that this
 * folder ever had, because clients may have seen ids that were given after the copy was made. Their old cursors then get
 * a gap. It rises again at each start until the restoration is settled, which does no harm.
 */
export function currentGeneration(
  database: Database,
  { isRestored, greatest }: { isRestored: boolean; greatest: number },
): number {
  if (isRestored) database.statement("UPDATE log SET generation = max(generation, ?) + 1").run(greatest);
  const row = database.statement<{ generation: number }>("SELECT generation FROM log").get();
  if (!row) throw new Error("The event log has no generation; the database is damaged. Restore a backup.");
  return row.generation;
}
