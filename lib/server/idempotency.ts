import { AppError } from "../errors.ts";
import type { IdempotencyStore } from "../storage.ts";
import type { IdempotencyKey, Outcome } from "./call.ts";

/** Throws for a key that belongs to another request, or to one that a crash has cut. */
export function recall(
  requests: IdempotencyStore,
  { key, requestHash }: IdempotencyKey,
): Outcome | undefined {
  const found = requests.find(key);
  if (!found) return undefined;
  if (found.requestHash !== requestHash) throw reused();
  if (found.answer) return { ...found.answer, isReplay: true };
  throw new AppError(
    "request-interrupted",
    "The first request under this key was cut before its answer was kept. Look at what it did, then use a new key.",
  );
}

/** The problem of a key that came with another request before. */
export function reused(): AppError {
  return new AppError(
    "idempotency-key-reused",
    "This key came with another request before. Use a new key for each request.",
  );
}
