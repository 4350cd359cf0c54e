import { statSync } from "node:fs";
import type { StorageUpkeep } from "../../ports/storage.ts";
import type { Database } from "../database/database.ts";
import { createLogUpkeep } from "./log-upkeep.ts";
import { walBytesKept } from "../database/open-database.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";

/** Of 4 KiB. Spare ones are taken by the next messages, without the file growing anew. */
const vacuumPages = { most: 64, spare: 256 };

export function createUpkeep(database: Database, unit: UnitOfWork): StorageUpkeep {
  return {
    ...createLogUpkeep(database, unit),
    vacuum: () => database.vacuum(vacuumPages),
    // SQLite brings its log into the file by itself and cuts it back; over this size something kept it from that.
    backlogBytes: () => (walBytes(database.path) > walBytesKept ? database.checkpoint() : 0),
  };
}

function walBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
