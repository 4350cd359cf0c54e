import { existsSync, rmSync } from "node:fs";
import type { Database } from "./database.ts";

/**
 * The generation of the event log. Who restores the databases from a replica leaves a file at `restoredMark`; ids
 * given after the replica was taken may have been seen by clients, so the generation rises and their cursors get a gap.
 */
export function currentGeneration(database: Database, restoredMark: string): number {
  if (existsSync(restoredMark)) {
    database.statement("UPDATE log SET generation = generation + 1").run();
    rmSync(restoredMark); // A kill before this makes it rise once more, which is harmless.
  }
  const row = database.statement<{ generation: number }>("SELECT generation FROM log").get();
  if (!row) throw new Error("The event log has no generation; the database is damaged. Restore a backup.");
  return row.generation;
}
