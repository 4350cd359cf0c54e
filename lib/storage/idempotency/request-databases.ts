import { databaseNames, type DatabaseName } from "../../database-name.ts";
import { type IdempotencyStore, type RequestDatabase, type Storage } from "../../ports/storage.ts";
import type { Database } from "../database/database.ts";
import { createRequestStore, pruned } from "./request-store.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";

interface Open {
  database: Database;
  unit: UnitOfWork;
}

/** A book for each database. */
export function createRequestDatabases(open: Record<DatabaseName, Open>): Storage["requestDatabases"] {
  const book = ({ database, unit }: Open, requests = createRequestStore(database)): RequestDatabase => ({
    atomically: unit.atomically,
    requests,
  });
  const chat = open.chat_history.database;
  return {
    chat_history: book(open.chat_history, withTasks(chat, createRequestStore(chat))),
    agents: book(open.agents),
    settings: book(open.settings),
  };
}

/** A key is used once, whichever database its request changes. */
export function requestsOfAllDatabases(books: Storage["requestDatabases"]): Storage["requests"] {
  const stores = databaseNames.map((name) => books[name].requests);
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

/** A task is found by the key of its request for as long as the request is kept. */
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
