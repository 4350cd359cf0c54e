/** `refused`: keys or bucket are wrong; `full`: no space left; `unreachable`: no answer, or one that cannot be understood. */
export type ReplicaFailure = "refused" | "full" | "unreachable";

/** Thrown by every method of an ObjectStore. The message is for a person and contains no key. */
export class ReplicaError extends Error {
  readonly reason: ReplicaFailure;

  constructor(reason: ReplicaFailure, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = "ReplicaError";
    this.reason = reason;
  }
}

/** Bytes that are on the local disk. */
export interface StoredBytes {
  sizeBytes: number;
  /** In hexadecimal. Bytes that arrive with another hash are not stored. */
  sha256: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface StoredObject {
  key: string;
  sizeBytes: number;
}

/**
 * Objects by key, below the prefix of the replica. Keys consist of letters, digits and `-._/`. No method retries, and none
 * hangs: a store that sends nothing for 30 s is unreachable. All throw ReplicaError, or the reason of the signal.
 */
export interface ObjectStore {
  /** Names the store without its secrets. The same store has the same name in each run. */
  readonly place: string;
  /** Stores the whole object or nothing: after a kill in between, the previous object is still there. */
  put(key: string, bytes: StoredBytes, signal: AbortSignal): Promise<void>;
  /** Undefined when there is no such object. Reading it may throw too. */
  get(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  head(key: string, signal: AbortSignal): Promise<StoredObject | undefined>;
  /** All objects whose key starts with `prefix`, sorted by key. */
  list(prefix: string, signal: AbortSignal): Promise<StoredObject[]>;
  /** Does nothing when there is no such object. */
  remove(key: string, signal: AbortSignal): Promise<void>;
}

/** The key of an attachment. Equal bytes are stored once. */
export function attachmentKey(sha256: string): string {
  return `attachments/${sha256}`;
}
