import type { StoredBytes } from "./object-store.ts";
import type { Drill } from "./drill.ts";
import type { DatabaseName } from "../database-name.ts";

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
  /** As it was given; it holds no key. */
  url: string;
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
  const url = URL.parse(address);
  return url === null || url.username !== "" || url.password !== "" ? null : url.origin;
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
export type RunProgramFile = (
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
  /** Undefined where nothing replicates the databases, or a replicator that does not say how far it is. */
  replicator: ReplicatorFacts | undefined;
  /** When the newest whole copy of the databases was begun, milliseconds since the epoch; undefined until one is known. */
  copiedAt: number | undefined;
  /** Files whose bytes are on this disk alone. */
  attachmentsMissing: number;
  /** The last restore drill; undefined when none was held. */
  drill: Drill | undefined;
}

export interface ReplicatorFacts {
  /**
   * For how long a write waits that is not in the replica: since it was seen in the database, or since the replicator
   * answered last, whichever is longer. Seen every five seconds; 0 when all that was seen is there.
   */
  lagMs: number;
  /** It does not answer. */
  isSilent: boolean;
}
