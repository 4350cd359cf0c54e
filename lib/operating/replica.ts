import type { StoredBytes } from "./object-store.ts";
import type { Drill } from "./drill.ts";
import type { DatabaseName } from "../database-name.ts";

/** The replica: a place outside this machine for copies of the data. Parsed from TALKCODY_REPLICA_URL. */
export type ReplicaPlace =
  | { type: "file"; folder: string }
  | {
      type: "s3";
      bucket: string;
      /** Without leading and trailing slashes; may be empty. */
      prefix: string;
      /** Undefined: Amazon's endpoint for the region. */
      endpoint: string | undefined;
      region: string;
      /** Whether URLs have the bucket in the path instead of the host name. */
      isPathStyle: boolean;
    };

export interface ReplicaCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export interface ReplicaConfig {
  place: ReplicaPlace;
  /** The URL as configured; it contains no key. */
  url: string;
  credentials: ReplicaCredentials | undefined;
}

/**
 * Parses the forms that Litestream accepts: `s3://bucket/prefix?endpoint=...&region=...&forcePathStyle=true` and
 * `file:///path`. As in Litestream, path style is the default with an `endpoint`. Undefined for any other text.
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

/** Undefined when no endpoint is given; null when it is not a valid address. */
function endpointOf(text: string | null): string | undefined | null {
  if (text === null || text === "") return undefined;
  const address = /^https?:\/\//.test(text) ? text : `https://${text}`;
  const url = URL.parse(address);
  return url === null || url.username !== "" || url.password !== "" ? null : url.origin;
}

/** A complete copy of a database, checked and compressed, in a file beside it. */
export interface LocalCopy extends StoredBytes {
  remove(): void;
}

/** Rejects with AppError storage-full when the disk is too full for a copy, or with an Error that says what is damaged. */
export type CopyDatabase = (name: DatabaseName, signal: AbortSignal) => Promise<LocalCopy>;

/**
 * Runs a file of this repository in a process of its own, which ends with the signal and with the server. Rejects when it
 * cannot be started, and with the reason of the signal.
 */
export type RunProgramFile = (
  program: {
    /** Absolute path. */
    page: string;
    args?: readonly string[];
    env?: Readonly<Record<string, string>>;
    /** Its standard input. */
    input?: string;
  },
  signal: AbortSignal,
) => Promise<{ exitCode: number | null; stdout: string; stderr: string }>;

/** The state of replica and copies, for alarms and metrics. */
export interface ReplicaFacts {
  /** Undefined when no replicator runs, or when it does not publish its progress. */
  replicator: ReplicatorFacts | undefined;
  /** When the newest complete copy of the databases began, milliseconds since the epoch; undefined until one is known. */
  copiedAt: number | undefined;
  /** Number of files whose bytes are only on this disk. */
  attachmentsMissing: number;
  /** The last restore drill; undefined when there was none. */
  drill: Drill | undefined;
}

export interface ReplicatorFacts {
  /**
   * How long the oldest write has waited that is not in the replica: since it was seen in the database, or since the last
   * answer of the replicator, whichever is longer. Checked every five seconds; 0 when the replica has every write seen.
   */
  lagMs: number;
  /** Whether the replicator does not answer. */
  isSilent: boolean;
}
