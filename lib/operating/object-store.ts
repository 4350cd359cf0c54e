/** `refused`: keys or bucket are wrong; `full`: no room; `unreachable`: no answer, or none that makes sense. */
export type ReplicaFailure = "refused" | "full" | "unreachable";

/** What every method of an ObjectStore throws. The message is for a person and names no key. */
export class ReplicaError extends Error {
  readonly reason: ReplicaFailure;

  constructor(reason: ReplicaFailure, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = "ReplicaError";
    this.reason = reason;
  }
}

/** Bytes that are on disk here already. */
export interface StoredBytes {
  sizeBytes: number;
  /** In hexadecimal; what arrives otherwise is not stored. */
  sha256: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface StoredObject {
  key: string;
  sizeBytes: number;
}

/**
 * Objects by key, below the prefix of the replica. Keys are of letters, digits and `-._/`. Nothing is tried twice in here,
 * and nothing hangs: who says nothing for 30 s is unreachable. All throw ReplicaError, and what the signal was aborted with.
 */
export interface ObjectStore {
  /** Names the place without its secrets; the same place has the same name in each run. */
  readonly place: string;
  /** The whole object, or none: a kill in between leaves what was there before. */
  put(key: string, bytes: StoredBytes, signal: AbortSignal): Promise<void>;
  /** Undefined when there is none. Reading may throw too. */
  get(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  head(key: string, signal: AbortSignal): Promise<StoredObject | undefined>;
  /** All whose key begins so, by key. */
  list(prefix: string, signal: AbortSignal): Promise<StoredObject[]>;
  /** Removing what is not there is no failure. */
  remove(key: string, signal: AbortSignal): Promise<void>;
}

/** The bytes of an attachment; the same bytes are one object. */
export function attachmentKey(sha256: string): string {
  return `attachments/${sha256}`;
}
