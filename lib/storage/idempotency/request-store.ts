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
 * This many of the newest requests are kept whatever their age. Otherwise a clock that jumps days ahead would free the
 * key of a request that a client is about to repeat.
 */
const keptMin = 1000;

/** Condition for the requests from before a time that may be removed. Its value is the time. */
export const pruned = `
  created_at < ? AND rowid < (SELECT min(rowid) FROM (SELECT rowid FROM requests ORDER BY rowid DESC LIMIT ${keptMin}))`;

/** `begin` throws when the key exists, `finish` when it does not. */
export function createRequestStore(database: Database): IdempotencyStore {
  const select = database.statement<RequestRow>("SELECT * FROM requests WHERE key = ?");
  const insert = database.statement(
    "INSERT INTO requests (key, operation_id, request_hash, created_at) VALUES (?, ?, ?, ?)",
  );
  const finish = database.statement("UPDATE requests SET status = ?, body = ? WHERE key = ?");
  const prune = database.statement(`DELETE FROM requests WHERE ${pruned}`);

  return {
    find: (key) => select.all(key).map(toRequest)[0],
    begin: (key, { operationId, requestHash, at }) => void insert.run(key, operationId, requestHash, at),
    finish: (key, { status, body }) => {
      const text = body === undefined ? null : toJson(body);
      if (finish.run(status, text, key) === 0) throw new Error("Only a request that has begun can finish.");
    },
    prune: (before) => void prune.run(before),
  };
}

/** An answer that was stored without a body is read without one. */
function toRequest({ operation_id, request_hash, status, body }: RequestRow): StoredRequest {
  const answer = status === null ? null : { status, body: body === null ? undefined : fromJson(body) };
  return { operationId: operation_id, requestHash: request_hash, answer };
}
