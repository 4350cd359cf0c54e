import type { DatabaseName } from "./storage.ts";

/** Where copies outlive the machine, as the URL of the replica says it. */
export type ReplicaPlace =
  | { type: "file"; folder: string }
  | {
      type: "s3";
      bucket: string;
      /** Without slashes around it; may be empty. */
      prefix: string;
      /** Undefined: Amazon's of the region. */
      endpoint: string | undefined;
      region: string;
      /** The bucket stands in the path, not in the host name. */
      isPathStyle: boolean;
    };

export interface ReplicaCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export interface ReplicaConfig {
  place: ReplicaPlace;
  credentials: ReplicaCredentials | undefined;
}

/**
 * The forms that Litestream knows: `s3://bucket/prefix?endpoint=…&region=…&forcePathStyle=true`, `file:///path`. As there,
 * an endpoint of one's own takes the bucket in the path. Undefined for anything else.
 */
export function parseReplicaUrl(text: string): ReplicaPlace | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "file:") return folderOf(url);
  if (url?.protocol !== "s3:" || url.host === "" || url.username !== "") return undefined;
  const endpoint = endpointOf(url.searchParams.get("endpoint"));
  if (endpoint === null) return undefined;
  return {
    type: "s3",
    bucket: url.host,
    prefix: decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, ""),
    endpoint,
    region: url.searchParams.get("region") || "us-east-1",
    isPathStyle: (url.searchParams.get("forcePathStyle") ?? String(endpoint !== undefined)) === "true",
  };
}

function folderOf(url: URL): ReplicaPlace | undefined {
  const folder = decodeURIComponent(url.pathname).replace(/\/+$/, "");
  return url.host === "" && folder !== "" ? { type: "file", folder } : undefined;
}

/** Null where it is no address. */
function endpointOf(text: string | null): string | undefined | null {
  if (text === null || text === "") return undefined;
  const address = /^https?:\/\//.test(text) ? text : `https://${text}`;
  return URL.canParse(address) ? new URL(address).origin : null;
}

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
  /** Names the place without its secrets; the same place has the same name in each life. */
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

/** Bytes of a file that the replica may not have yet. */
export interface MissingBytes {
  fileId: string;
  sha256: string;
  sizeBytes: number;
  /** They were put there for another file. */
  isThere: boolean;
}

/** Which bytes a replica has, on record in chat_history.db: what a kill cut short is found there again. Synchronous. */
export interface ReplicaRecord {
  /** By the id of the file, from behind `after`. */
  missing(place: string, page: { after: string; limit: number }): MissingBytes[];
  count(place: string): number;
  /** The place has the bytes, for all files that have these. */
  settle(sha256: string, place: string): void;
  /** Bytes that no file refers to any more, and none did since. */
  unwanted(before: string, limit: number): string[];
  /** They are gone from the replica. */
  forget(sha256: string): void;
  /** Hears of each file after the commit that stored it. */
  onAdded(listener: () => void): void;
}

/** A whole copy of a database in a file beside it, checked and compressed. */
export interface LocalCopy extends StoredBytes {
  remove(): void;
}

/** Rejects with AppError storage-full where the disk has no room for one; with an Error that says what is damaged. */
export type CopyDatabase = (name: DatabaseName, signal: AbortSignal) => Promise<LocalCopy>;

/**
 * Runs a page of ours in a process of its own, which ends with the signal and with the server. Rejects when it cannot be
 * started, and with what the signal was aborted with.
 */
export type RunPage = (
  program: {
    /** Absolute. */
    page: string;
    args?: readonly string[];
    env?: Readonly<Record<string, string>>;
    /** For its standard input. */
    input?: string;
  },
  signal: AbortSignal,
) => Promise<{ exitCode: number | null; stdout: string; stderr: string }>;

/** How the copies are, for whoever watches over them. */
export interface ReplicaFacts {
  /** When the newest whole copy of the databases was begun, milliseconds since the epoch; undefined until one is known. */
  copiedAt: number | undefined;
  /** Files whose bytes are on this disk alone. */
  attachmentsMissing: number;
}

/** The bytes of an attachment; the same bytes are one object. */
export function attachmentKey(sha256: string): string {
  return `attachments/${sha256}`;
}
