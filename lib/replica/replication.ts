import type { Clock } from "../ports/clock.ts";
import type { Attachments, FileStore } from "../file.ts";
import type { ObjectStore } from "../operating/object-store.ts";
import type {
  CopyDatabase,
  ReplicaConfig,
  ReplicaCredentials,
  ReplicaFacts,
  RunProgramFile,
} from "../operating/replica.ts";
import type { ReplicaRecord } from "../operating/replica-record.ts";
import { copyAttachments } from "./copies/attachment-copies.ts";
import { fetchMissingAttachments } from "./copies/fetch-missing-attachments.ts";
import { holdDrills, readDrill } from "./daily-drill.ts";
import { copyDatabases } from "./copies/database-copies.ts";
import { watchReplicator } from "./replicator-lag.ts";

export interface ReplicationOptions {
  store: ObjectStore;
  storage: { attachments: Attachments; files: FileStore; replicaRecord: ReplicaRecord };
  copyDatabase: CopyDatabase;
  dataDir: string;
  replica: ReplicaConfig;
  litestreamBin: string | undefined;
  replicatorMetricsUrl: string | undefined;
  run: RunProgramFile;
  /** Absolute path of the program that holds a restore drill: deploy/restore-drill.ts. */
  drill: string;
  clock: Clock;
  /** Called with the keys of the bucket, before they are used. */
  onKeys(credentials: ReplicaCredentials): void;
  reportFault(message: string, cause: unknown): void;
}

export interface Replication {
  /** Those on this disk; a file that is missing here is fetched from the replica. */
  attachments: Attachments;
  start(): void;
  /** Interrupts what is being copied; the next run does it again. */
  stop(): Promise<void>;
  /** For the metrics. */
  facts(): ReplicaFacts;
}

/** Everything that is copied to the replica beside Litestream's replication of the databases, and fetched from it. */
export function createReplication(options: ReplicationOptions): Replication {
  const { store, storage, dataDir } = options;
  const { attachments, files, replicaRecord } = storage;
  const stopping = new AbortController();
  const { signal } = stopping;
  const state: State = { signal, replicator: watchOf(options, signal), works: [], copiedAt: undefined };
  return {
    attachments: fetchMissingAttachments({ attachments, files, store, signal }),
    start: () => startWorks(state, options),
    stop: async () => {
      stopping.abort(new Error("The server is stopping."));
      await Promise.all(state.works);
    },
    facts: () => ({
      replicator: state.replicator?.facts(),
      copiedAt: state.copiedAt,
      drill: readDrill(dataDir),
      attachmentsMissing: replicaRecord.count(store.place),
    }),
  };
}

interface State {
  signal: AbortSignal;
  replicator: ReturnType<typeof watchReplicator> | undefined;
  works: Promise<void>[];
  /** When the newest complete copy of the databases began, in milliseconds since the epoch. */
  copiedAt: number | undefined;
}

function watchOf(options: ReplicationOptions, signal: AbortSignal): State["replicator"] {
  const { replicatorMetricsUrl: metricsUrl, store, replica, clock } = options;
  if (metricsUrl === undefined) return undefined;
  return watchReplicator({ metricsUrl, store, placeType: replica.place.type, clock, signal });
}

function startWorks(state: State, options: ReplicationOptions): void {
  const { signal, works, replicator } = state;
  const { store, storage, clock, copyDatabase, reportFault } = options;
  const { attachments, replicaRecord: record } = storage;
  const given = { store, clock, signal, reportFault };
  const keep = (name: string, work: Promise<void>) =>
    void works.push(
      work.catch((error: unknown) => {
        if (!signal.aborted) reportFault(`${name} has stopped because of a fault`, error);
      }),
    );
  keep("The copying of attachments", copyAttachments({ ...given, record, attachments }));
  if (replicator) keep("The watch over the replicator", replicator.watch());
  keep("The daily drill", holdDrills({ ...options, signal }));
  const onCopied = (at: number) => void (state.copiedAt = at);
  keep("The hourly copying", copyDatabases({ ...given, copy: copyDatabase, onCopied }));
}
