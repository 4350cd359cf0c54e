import type { IdempotencyStore, StoredRequest } from "../../ports/storage.ts";
import type { Database } from "../database/database.ts";
import { fromJson, toJson } from "../database/json.ts";

interface RequestRow {
  operation_id: string;
  request_hash: string;
  status: number | null;
  body: string | null;
}

/**
 * So many of the newest are kept whatever their age says: a clock that jumps days ahead must not free the key of a
 * request that a client is about to repeat.
 */
const keptMin = 1000;

/** What may go of those from before a time. Value: the time. */
export const pruned = `
  created_at < ? AND rowid < (SELECT min(rowid) FROM (SELECT rowid FROM requests ORDER BY rowid DESC LIMIT ${keptMin}))`;

/** `begin` throws for a key that is taken, `finish` for one that is not. */
export function createRequestStore(database: Database): IdempotencyStore {
  const select = database.statement<RequestRow>("SELECT * FROM requests WHERE key = ?");
  const insert = database.statement(
    "INSERT INTO requests (key, operation_id, request_hash, created_at) VALUES (?, ?, ?, ?)",
  );
  const finish = database.statement("UPDATE requests SET status = ?, body = ? WHERE key = ?");
  const prune = database.statement(`DELETE FROM requests WHERE ${pruned}`);

  return {
    find: (key) => {
      const row = select.get(key);
      return row ? toRequest(row) : undefined;
    },
    begin: (key, { operationId, requestHash, at }) => {
      insert.run(key, operationId, requestHash, at);
    },
    finish: (key, { status, body }) => {
      const text = body === undefined ? null : toJson(body);
      if (finish.run(status, text, key) === 0) throw new Error("A request is finished that never began.");
    },
    prune: (before) => {
      prune.run(before);
    },
  };
}

/** An answer without body has none again. */
function toRequest({ operation_id, request_hash, status, body }: RequestRow): StoredRequest {
  const answer = status === null ? null : { status, body: body === null ? undefined : fromJson(body) };
  return { operationId: operation_id, requestHash: request_hash, answer };
}
