import { join } from "node:path";
import type { Restoration } from "../../operating/restoration.ts";
import type { DatabaseName } from "../../database-name.ts";
import { attachmentPath } from "../attachments/attachments.ts";
import { createCrossDatabaseFacts } from "./cross-database-facts.ts";
import type { Database } from "../database/database.ts";
import { currentGeneration } from "../event-log/generation.ts";
import { createRunRecord } from "./run-record.ts";
import { openRestoration } from "./restoration.ts";

/** What a run of the server needs to know about earlier runs. */
export interface ServerRun {
  restoration: Restoration | null;
  /** Of the event log. */
  generation: number;
  /** See RunRecord. */
  rest(): void;
}

/** Checks whether the databases are those that the last run left, and records that a new run has begun. */
export function beginRun(dataDir: string, databases: Readonly<Record<DatabaseName, Database>>): ServerRun {
  const { chat_history: chat, agents } = databases;
  const record = createRunRecord(dataDir, databases);
  const pathOf = (fileId: string) => attachmentPath(join(dataDir, "attachments"), fileId);
  const facts = createCrossDatabaseFacts({ chat, agents, pathOf });
  const restoration = openRestoration({ dataDir, databases, mismatch: record.mismatch, facts });
  const isRestored = restoration !== null;
  const generation = currentGeneration(chat, { isRestored, greatest: record.generation });
  record.begin(generation);
  return { restoration, generation, rest: record.rest };
}
