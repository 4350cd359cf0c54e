import { createHash } from "node:crypto";
import { AppError } from "../../errors.ts";
import type { DatabaseName } from "../../database-name.ts";
import type { Storage, StoredRequest } from "../../ports/storage.ts";
import type { CallResult } from "./operation-call.ts";

/** A request with an idempotency key. */
export interface KeyedRequest {
  key: string;
  operationId: string;
  /** Equal for equal requests. */
  requestHash: string;
  /** The database that the request changes. */
  database: DatabaseName;
}

/** The answers of earlier requests, by idempotency key. Call each method in a transaction of the database that the request changes. */
export interface RememberedRequests {
  /**
   * The stored answer. Undefined when there is none yet; then the key is reserved for this request. A request that was
   * interrupted has no answer and is executed again. Throws idempotency-key-reused.
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
      if (found) return storedAnswer(found, request);
      requestDatabases[database].requests.begin(key, { operationId, requestHash, at: now() });
      return undefined;
    },
    keep: ({ key, database }, { status, body }) =>
      requestDatabases[database].requests.finish(key, { status, body: body ?? null }),
  };
}

function storedAnswer({ requestHash, answer }: StoredRequest, request: KeyedRequest): CallResult | undefined {
  if (requestHash !== request.requestHash) throw keyReused();
  return answer === null ? undefined : { ...answer, isReplay: true };
}

/** The problem for a key that was used with a different request. */
export function keyReused(): AppError {
  return new AppError(
    "idempotency-key-reused",
    "This Idempotency-Key was used with a different request. Use a new key for each request.",
  );
}

/** SHA-256 of a request in hex. The order of fields in the body does not matter. */
export function requestHash(request: {
  operationId: string;
  params: object;
  query: object;
  body: unknown;
}): string {
  return createHash("sha256").update(canonical(request)).digest("hex");
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ""
  );
}
