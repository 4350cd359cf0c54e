import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CrossDatabaseFacts, Restoration } from "../../operating/restoration.ts";
import type { DatabaseName } from "../../database-name.ts";
import type { Database } from "../database/database.ts";
import { writeSynced } from "../disk/write-synced.ts";

/**
 * Whoever puts databases back leaves the mark beside them (deploy/restore.sh does); where nobody did and `doubt` says
 * that it happened all the same, the mark is made here. It goes when all is settled: a kill on the way leaves it.
 */
export function openRestoration(options: {
  dataDir: string;
  databases: Readonly<Record<DatabaseName, Database>>;
  doubt: string | undefined;
  facts: CrossDatabaseFacts;
}): Restoration | null {
  const { dataDir, databases, doubt, facts } = options;
  const mark = join(dataDir, "restored");
  if (!existsSync(mark)) {
    if (doubt === undefined) return null;
    writeSynced(mark, `${noticed}${doubt}\n`);
  }
  const [, own] = readFileSync(mark, "utf8").trim().split(noticed);
  return {
    noticedBy: own ?? "the mark `restored` in the data folder",
    newest: {
      chat_history: newestIn(databases.chat_history, ["max(updated_at) FROM sessions", ofRequests]),
      agents: newestIn(databases.agents, ["max(updated_at) FROM agents", ofRequests]),
      settings: newestIn(databases.settings, ["max(updated_at) FROM settings", ofRequests]),
    },
    facts,
    settle: (report) => {
      writeSynced(join(dataDir, "restored.json"), `${JSON.stringify(report, null, 2)}\n`);
      rmSync(mark);
    },
  };
}

const noticed = "Noticed at a start: ";

const ofRequests = "max(created_at) FROM requests";

/** Times are text that sorts. */
function newestIn(database: Database, columns: string[]): string | null {
  const all = columns.map((column) => `SELECT ${column.replace(" FROM", " AS at FROM")}`).join(" UNION ALL ");
  return database.statement<{ at: string | null }>(`SELECT max(at) AS at FROM (${all})`).get()?.at ?? null;
}
