import { statSync } from "node:fs";
import type { StorageMaintenance } from "../../ports/storage.ts";
import type { Database } from "../database/database.ts";
import { createLogMaintenance } from "./log-maintenance.ts";
import { walBytesKept } from "../database/open-database.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";

/** Of 4 KiB. Spare ones are taken by the next messages, without the file growing anew. */
const vacuumPages = { most: 64, spare: 256 };

export function createStorageMaintenance(database: Database, unit: UnitOfWork): StorageMaintenance {
  return {
    ...createLogMaintenance(database, unit),
    vacuum: () => database.vacuum(vacuumPages),
    // SQLite brings its log into the file by itself and cuts it back; over this size something kept it from that.
    backlogBytes: () => (walBytes(database.path) > walBytesKept ? database.checkpoint() : 0),
  };
}

function walBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
