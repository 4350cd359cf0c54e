import { databaseNames, type DatabaseName } from "../../database-name.ts";
import { type IdempotencyStore, type RequestDatabase, type Storage } from "../../ports/storage.ts";
import type { Database } from "../database/database.ts";
import { createRequestStore, pruned } from "./request-store.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";

interface OpenDatabase {
  database: Database;
  unit: UnitOfWork;
}

/** A request is recorded in the database that it changes. */
export function createRequestDatabases(
  open: Record<DatabaseName, OpenDatabase>,
): Storage["requestDatabases"] {
  const { chat_history: chat, agents, settings } = open;
  const chatRequests = withTasks(chat.database, createRequestStore(chat.database));
  return {
    chat_history: { atomically: chat.unit.atomically, requests: chatRequests },
    agents: requestDatabaseOf(agents),
    settings: requestDatabaseOf(settings),
  };
}

function requestDatabaseOf({ database, unit }: OpenDatabase): RequestDatabase {
  return { atomically: unit.atomically, requests: createRequestStore(database) };
}

/** A key may be used once in all databases together. */
export function requestsOfAllDatabases(databases: Storage["requestDatabases"]): Storage["requests"] {
  const stores = databaseNames.map((name) => databases[name].requests);
  return {
    find: (key) => {
      for (const store of stores) {
        const found = store.find(key);
        if (found) return found;
      }
      return undefined;
    },
    prune: (before) => stores.forEach((store) => store.prune(before)),
  };
}

/** Tasks forget the key of a request together with the request. */
function withTasks(database: Database, requests: IdempotencyStore): IdempotencyStore {
  const release = database.statement(
    `UPDATE tasks SET request_key = NULL WHERE request_key IN (SELECT key FROM requests WHERE ${pruned})`,
  );
  return {
    ...requests,
    prune: (before) => {
      release.run(before);
      requests.prune(before);
    },
  };
}
