import { statSync } from "node:fs";
import type { StorageMaintenance } from "../../ports/storage.ts";
import type { Database } from "../database/database.ts";
import { walBytesKept } from "../database/open-database.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";
import { isUnfinished } from "../stores/task-row.ts";
import { createCompaction } from "./log-compaction.ts";
import { createPruning } from "./log-pruning.ts";

/** Pages of 4 KiB. The spare pages hold the next messages, so that the file does not have to grow again. */
const vacuumPages = { most: 64, spare: 256 };

const selectDue = `
  SELECT id FROM sessions WHERE last_sequence > compacted_sequence
  OR (last_sequence > pruned_sequence AND updated_at < ?
    AND NOT EXISTS (SELECT 1 FROM tasks WHERE session_id = sessions.id AND ${isUnfinished}))
  ORDER BY id`;

export function createStorageMaintenance(database: Database, unit: UnitOfWork): StorageMaintenance {
  const due = database.statement<{ id: string }>(selectDue);
  return {
    due: (restedSince) => due.all(restedSince).map(({ id }) => id),
    compact: createCompaction(database, unit),
    prune: createPruning(database, unit),
    vacuum: () => database.vacuum(vacuumPages),
    // SQLite copies the log into the file and truncates it by itself. A larger log means that something prevents that.
    backlogBytes: () => (walBytes(database.path) > walBytesKept ? database.checkpoint() : 0),
  };
}

function walBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
