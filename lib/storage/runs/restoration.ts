import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CrossDatabaseFacts, NewestTimes, Restoration } from "../../operating/restoration.ts";
import type { DatabaseName } from "../../database-name.ts";
import type { Database } from "../database/database.ts";
import { writeSynced } from "../disk/write-synced.ts";

/**
 * What restores databases also leaves the file `restored` beside them, as deploy/restore.sh does. When that file is
 * missing but `mismatch` says that databases were restored, it is created here. It is removed when the restoration is
 * settled, so a kill before that leaves it. Null when nothing was restored.
 */
export function openRestoration(options: {
  dataDir: string;
  databases: Readonly<Record<DatabaseName, Database>>;
  /** See RunRecord. */
  mismatch: string | undefined;
  facts: CrossDatabaseFacts;
}): Restoration | null {
  const { dataDir, databases, mismatch, facts } = options;
  const mark = join(dataDir, "restored");
  if (!existsSync(mark)) {
    if (mismatch === undefined) return null;
    writeSynced(mark, `${noticed}${mismatch}\n`);
  }
  const [, reason] = readFileSync(mark, "utf8").trim().split(noticed);
  return {
    noticedBy: reason ?? "the mark `restored` in the data folder",
    newest: newestTimes(databases),
    facts,
    settle: (report) => {
      writeSynced(join(dataDir, "restored.json"), `${JSON.stringify(report, null, 2)}\n`);
      rmSync(mark);
    },
  };
}

const noticed = "Noticed at a start: ";

function newestTimes({ chat_history, agents, settings }: Record<DatabaseName, Database>): NewestTimes {
  return {
    chat_history: newestIn(chat_history, "sessions"),
    agents: newestIn(agents, "agents"),
    settings: newestIn(settings, "settings"),
  };
}

/** Times are text whose order is their order in time. */
function newestIn(database: Database, table: string): string | null {
  const row = database
    .statement<{ at: string | null }>(
      `SELECT max(at) AS at FROM (
        SELECT max(updated_at) AS at FROM ${table} UNION ALL SELECT max(created_at) AS at FROM requests)`,
    )
    .get();
  return row?.at ?? null;
}
