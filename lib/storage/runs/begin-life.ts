import { join } from "node:path";
import type { Restoration } from "../../operating/restoration.ts";
import type { DatabaseName } from "../../database-name.ts";
import { attachmentPath } from "../attachments/attachments.ts";
import { createCrossFacts } from "./cross-facts.ts";
import type { Database } from "../database/database.ts";
import { currentGeneration } from "../event-log/generation.ts";
import { createLives } from "./lives.ts";
import { openRestoration } from "./restoration.ts";

/** What a life of the server has to know of the ones before it. */
export interface Life {
  restoration: Restoration | null;
  /** Of the event log. */
  generation: number;
  /** As in Lives. */
  rest(): void;
}

/** Looks whether the databases are those that the last life left, and writes down that another one has begun. */
export function beginLife(dataDir: string, databases: Readonly<Record<DatabaseName, Database>>): Life {
  const { chat_history: chat, agents } = databases;
  const lives = createLives(dataDir, databases);
  const pathOf = (fileId: string) => attachmentPath(join(dataDir, "attachments"), fileId);
  const facts = createCrossFacts({ chat, agents, pathOf });
  const restoration = openRestoration({ dataDir, databases, doubt: lives.doubt, facts });
  const isRestored = restoration !== null;
  const generation = currentGeneration(chat, { isRestored, greatest: lives.generation });
  lives.begin(generation);
  return { restoration, generation, rest: lives.rest };
}
