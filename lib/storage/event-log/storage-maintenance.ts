import { statSync } from "node:fs";
import type { StorageMaintenance } from "../../ports/storage.ts";
import type { Database } from "../database/database.ts";
import { createLogMaintenance } from "./log-maintenance.ts";
import { walBytesKept } from "../database/open-database.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";

/** Pages of 4 KiB. The spare pages hold the next messages, so that the file does not have to grow again. */
const vacuumPages = { most: 64, spare: 256 };

export function createStorageMaintenance(database: Database, unit: UnitOfWork): StorageMaintenance {
  return {
    ...createLogMaintenance(database, unit),
    vacuum: () => database.vacuum(vacuumPages),
    // SQLite copies the log into the file and truncates it by itself. A larger log means that something prevents that.
    backlogBytes: () => (walBytes(database.path) > walBytesKept ? database.checkpoint() : 0),
  };
}

function walBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
