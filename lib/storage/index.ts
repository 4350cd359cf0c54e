import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../ports/clock.ts";
import { ignoreFailpoints, type ReachFailpoint } from "../ports/failpoint.ts";
import { databaseNames, type DatabaseName } from "../database-name.ts";
import { type Storage } from "../ports/storage.ts";
import { createAgentStore } from "./stores/agent-store.ts";
import { openChatStores } from "./chat-stores.ts";
import { beginRun } from "./runs/begin-run.ts";
import type { Database } from "./database/database.ts";
import { takeEpoch } from "./database/epoch.ts";
import { migrationsOf } from "./database/migrate.ts";
import { openDatabase } from "./database/open-database.ts";
import { createRequestDatabases, requestsOfAllDatabases } from "./idempotency/request-databases.ts";
import { refuseNewer } from "./database/schema-version.ts";
import { createSettingsStore, createVariableStore } from "./stores/settings-store.ts";
import { createUnitOfWork } from "./database/unit-of-work.ts";

export interface StorageOptions {
  /** Absolute. Created with mode 0700 when it is missing. An existing folder keeps its mode. */
  dataDir: string;
  clock: Clock;
  /** An attachment may have at most this many bytes. */
  fileBytesMax: number;
  /** How long SQLite waits for a lock; the event loop is blocked meanwhile. By default 250. */
  busyTimeoutMs?: number;
  /**
   * Called with faults that no caller can handle: a failed sync or a damaged file, after which every call on that database
   * throws; and errors of listeners and callbacks after a commit. By default the fault is thrown and ends the process.
   */
  onFault?: ((error: unknown) => void) | undefined;
  reach?: ReachFailpoint;
}

export { damagesIn } from "./database/integrity-check.ts";
export { holdDataFolder } from "./runs/data-folder.ts";
export { faultSentence } from "./disk/storage-errors.ts";

/** Throws an Error that tells a person what to do when a newer release wrote a database or a database cannot be opened. */
export function openStorage(options: StorageOptions): Storage {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  // Check all three before changing one, so that an older release changes nothing.
  for (const name of databaseNames) refuseNewer(placeOf(name, options));
  const { reach = ignoreFailpoints } = options;
  const opened: Database[] = [];
  try {
    const storage = openStores(options, (name) => {
      const database = openNamed(name, options);
      opened.push(database);
      return database;
    });
    reach("storage.opened");
    return storage;
  } catch (error) {
    for (const database of opened) database.close();
    throw error;
  }
}

function openNamed(name: DatabaseName, options: StorageOptions): Database {
  const { busyTimeoutMs = 250, onFault = throwLater, reach = ignoreFailpoints } = options;
  return openDatabase({ ...placeOf(name, options), busyTimeoutMs, onFault, reach });
}

function placeOf(name: DatabaseName, { dataDir }: StorageOptions) {
  return {
    path: join(dataDir, `${name}.db`),
    migrations: migrationsOf(name),
  };
}

/** Throws outside of the current call, because its work may already be committed. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function openStores(options: StorageOptions, open: (name: DatabaseName) => Database): Storage {
  const { dataDir, onFault = throwLater, reach = ignoreFailpoints } = options;
  const databases = {
    chat_history: open("chat_history"),
    agents: open("agents"),
    settings: open("settings"),
  };
  const { chat_history: chat, agents, settings } = databases;
  takeEpoch(chat);
  const { restoration, generation, rest } = beginRun(dataDir, databases);
  const unitOf = (database: Database) => createUnitOfWork(database, { onFault, reach });
  const unit = unitOf(chat);
  const requestDatabases = createRequestDatabases({
    chat_history: { database: chat, unit },
    agents: { database: agents, unit: unitOf(agents) },
    settings: { database: settings, unit: unitOf(settings) },
  });
  return {
    ...openChatStores({ ...options, onFault, reach, database: chat, unit, generation }),
    requestDatabases,
    requests: requestsOfAllDatabases(requestDatabases),
    agents: createAgentStore(agents),
    settings: createSettingsStore(settings),
    variables: createVariableStore(settings),
    restoration,
    close: () => {
      rest();
      for (const database of Object.values(databases)) database.close();
    },
  };
}
