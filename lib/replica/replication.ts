import type { Clock } from "../ports/clock.ts";
import type { Attachments, FileStore } from "../file.ts";
import type { ObjectStore } from "../operating/object-store.ts";
import type { CopyDatabase, ReplicaConfig, ReplicaFacts, RunProgramFile } from "../operating/replica.ts";
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
  /** Holds a restore drill: deploy/restore-drill.ts. */
  drill: string;
  clock: Clock;
  reportFault(message: string, cause: unknown): void;
}

export interface Replication {
  /** Those of this disk, and of the replica where this disk has none. */
  attachments: Attachments;
  start(): void;
  /** What was on its way is left; the next run takes it up. */
  stop(): Promise<void>;
  /** For the metrics. */
  facts(): ReplicaFacts;
}

/** All that is copied beside the databases' own replication, and brought back. */
export function createReplication(options: ReplicationOptions): Replication {
  const { store, storage, clock, reportFault } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const { attachments, files, replicaRecord: record } = storage;
  const works: Promise<void>[] = [];
  let copiedAt: number | undefined;
  const metricsUrl = options.replicatorMetricsUrl;
  const placeType = options.replica.place.type;
  const replicator =
    metricsUrl === undefined ? undefined : watchReplicator({ metricsUrl, store, placeType, clock, signal });
  const keepUp = (what: string, work: Promise<void>) =>
    void works.push(
      work.catch((error: unknown) => {
        if (!signal.aborted) reportFault(`${what} came to an end`, error);
      }),
    );
  return {
    attachments: fetchMissingAttachments({ attachments, files, store, signal }),
    start: () => {
      const given = { store, clock, signal, reportFault };
      keepUp("The copying of attachments", copyAttachments({ ...given, record, attachments }));
      const onCopied = (at: number) => void (copiedAt = at);
      if (replicator) keepUp("The watch over the replicator", replicator.watch());
      keepUp("The daily drill", holdDrills({ ...given, ...options }));
      keepUp("The hourly copying", copyDatabases({ ...given, copy: options.copyDatabase, onCopied }));
    },
    stop: async () => {
      stopping.abort(new Error("The server stops."));
      await Promise.all(works);
    },
    facts: () => ({
      replicator: replicator?.facts(),
      copiedAt,
      drill: readDrill(options.dataDir),
      attachmentsMissing: record.count(store.place),
    }),
  };
}
