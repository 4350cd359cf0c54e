import { AppError } from "../../errors.ts";
import type { DatabaseName } from "../../database-name.ts";
import type { Storage, StoredRequest } from "../../ports/storage.ts";
import type { CallResult } from "./operation-call.ts";

/** A request under a key of its client. */
export interface KeyedRequest {
  key: string;
  operationId: string;
  /** Tells whether a second request is the same. */
  requestHash: string;
  /** What the request changes. */
  database: DatabaseName;
}

/** What was asked before, under its key. Call each in a transaction of the database that the request changes. */
export interface RememberedRequests {
  /**
   * The stored answer; undefined, and the key is taken for this request, when there is none yet. A request that was cut
   * before its end has none and is done again. Throws idempotency-key-reused.
   */
  take(request: KeyedRequest): CallResult | undefined;
  keep(request: KeyedRequest, answer: CallResult): void;
}

export function createRememberedRequests(
  { requestDatabases, requests }: Pick<Storage, "requestDatabases" | "requests">,
  now: () => string,
): RememberedRequests {
  return {
    take: (request) => {
      const { key, operationId, requestHash, database } = request;
      const found = requests.find(key);
      if (found) return recalled(found, request);
      requestDatabases[database].requests.begin(key, { operationId, requestHash, at: now() });
      return undefined;
    },
    keep: ({ key, database }, { status, body }) =>
      requestDatabases[database].requests.finish(key, { status, body: body ?? null }),
  };
}

function recalled({ requestHash, answer }: StoredRequest, request: KeyedRequest): CallResult | undefined {
  if (requestHash !== request.requestHash) throw keyReused();
  return answer === null ? undefined : { ...answer, isReplay: true };
}

/** The problem of a key that came with another request before. */
export function keyReused(): AppError {
  return new AppError(
    "idempotency-key-reused",
    "This key came with another request before. Use a new key for each request.",
  );
}
