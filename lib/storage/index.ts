import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../ports/clock.ts";
import { ignoreFailpoints, type ReachFailpoint } from "../ports/failpoint.ts";
import { databaseNames, type DatabaseName } from "../database-name.ts";
import { type Storage } from "../ports/storage.ts";
import { createActionStore } from "./stores/action-store.ts";
import { createAgentStore } from "./stores/agent-store.ts";
import { openAttachments } from "./attachments/attachments.ts";
import { beginRun } from "./runs/begin-run.ts";
import { createCostSince } from "./event-log/cost-since.ts";
import type { Database } from "./database/database.ts";
import { takeEpoch } from "./database/epoch.ts";
import { createEventLog } from "./event-log/event-log.ts";
import { createFileStore } from "./stores/file-store.ts";
import { createMessageStore } from "./stores/message-store.ts";
import { createNewestId } from "./stores/newest-id.ts";
import { migrationsOf } from "./database/migrate.ts";
import { openDatabase } from "./database/open-database.ts";
import { createReplicaRecord } from "./copying/replica-record.ts";
import { createRequestDatabases, requestsOfAllDatabases } from "./idempotency/request-databases.ts";
import { refuseNewer } from "./database/schema-version.ts";
import { createSessionStore } from "./stores/session-store.ts";
import { createSettingsStore } from "./stores/settings-store.ts";
import { createTaskStore } from "./stores/task-store.ts";
import { createToolCallStore } from "./stores/tool-call-store.ts";
import { attempt, createUnitOfWork } from "./database/unit-of-work.ts";
import { createStorageMaintenance } from "./event-log/storage-maintenance.ts";
import { createWorkspaceStore } from "./stores/workspace-store.ts";

export interface StorageOptions {
  /** Absolute. Made with mode 0700 when it is missing; one that exists keeps its mode. */
  dataDir: string;
  clock: Clock;
  /** Most bytes of an attachment. */
  fileBytesMax: number;
  /** SQLite waits this long for a lock, and the event loop with it. */
  busyTimeoutMs?: number;
  /**
   * Hears of what no caller can mend: a failed sync or a damaged file (every later call on that database throws), and
   * listeners and callbacks that throw after a commit. By default it is thrown, so that the process ends.
   */
  onFault?: ((error: unknown) => void) | undefined;
  reach?: ReachFailpoint;
}

export { damagesIn } from "./database/integrity-check.ts";
export { holdDataFolder } from "./runs/data-folder.ts";
export { faultSentence } from "./disk/storage-errors.ts";

/** Throws an Error with a sentence a person can act on when a database is of a newer release or cannot be opened. */
export function openStorage(options: StorageOptions): Storage {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  // All three before the first is changed: an older release leaves newer ones as they are.
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

/** Not from inside a call whose work may be committed. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function openStores(options: StorageOptions, open: (name: DatabaseName) => Database): Storage {
  const { dataDir, clock, fileBytesMax, onFault = throwLater, reach = ignoreFailpoints } = options;
  const [chat, agents, settings] = [open("chat_history"), open("agents"), open("settings")];
  takeEpoch(chat);
  const { restoration, generation, rest } = beginRun(dataDir, { chat_history: chat, agents, settings });
  const unit = createUnitOfWork(chat, { onFault, reach });
  const books = createRequestDatabases({
    chat_history: { database: chat, unit },
    agents: { database: agents, unit: createUnitOfWork(agents, { onFault, reach }) },
    settings: { database: settings, unit: createUnitOfWork(settings, { onFault, reach }) },
  });
  // Made in this order: streams hear of events before any callback can cause new ones.
  const events = createEventLog({ database: chat, unit, clock, generation, onFault });
  const committed = unit.queue<() => void>({
    deliver: (works) => works.forEach((work) => attempt(work, onFault)),
  });
  const afterCommit = (work: () => void) => (unit.isActive ? committed(work) : work());
  const onRollback = unit.queue<() => void>({ deliver: () => {}, drop: (undo) => undo() });
  const replicaRecord = createReplicaRecord(chat);
  const files = createFileStore(chat, () => afterCommit(replicaRecord.tell));

  return {
    atomically: unit.atomically,
    afterCommit,
    sessions: createSessionStore(chat, generation),
    tasks: createTaskStore(chat),
    messages: createMessageStore(chat, unit.jointly),
    events,
    toolCalls: createToolCallStore(chat, unit.jointly),
    actions: createActionStore(chat),
    files,
    attachments: openAttachments({
      folder: join(dataDir, "attachments"),
      fileBytesMax,
      afterCommit,
      onRollback,
      isKept: (fileId) => files.get(fileId) !== undefined,
      reach,
    }),
    replicaRecord,
    workspaces: createWorkspaceStore(chat),
    requestDatabases: books,
    requests: requestsOfAllDatabases(books),
    agents: createAgentStore(agents),
    settings: createSettingsStore(settings),
    maintenance: createStorageMaintenance(chat, unit),
    costSince: createCostSince(chat),
    newestId: createNewestId(chat),
    restoration,
    close: () => {
      rest();
      for (const database of [chat, agents, settings]) database.close();
    },
  };
}
