import type { Database } from "../database/database.ts";

/**
 * The generation of the event log. Ids that were given after a copy was made may have been seen by clients: once it is
 * put back the generation rises, over all that was ever given in this folder, and cursors of before get a gap. It rises
 * again with each start until the restoration is settled, which is harmless.
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
