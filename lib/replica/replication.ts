import type { Clock } from "../clock.ts";
import type { Attachments, FileStore } from "../file.ts";
import type { ObjectStore, ReplicaRecord } from "../replica.ts";
import { copyAttachments } from "./attachment-copies.ts";
import { bringBack } from "./bring-back.ts";

export interface ReplicationOptions {
  store: ObjectStore;
  storage: { attachments: Attachments; files: FileStore; replicaRecord: ReplicaRecord };
  clock: Clock;
  reportFault(message: string, cause: unknown): void;
}

export interface Replication {
  /** Those of this disk, and of the replica where this disk has none. */
  attachments: Attachments;
  start(): void;
  /** What was on its way is left; the next life takes it up. */
  stop(): Promise<void>;
}

/** All that is copied beside the databases' own replication, and brought back. */
export function createReplication({ store, storage, clock, reportFault }: ReplicationOptions): Replication {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { attachments, files, replicaRecord: record } = storage;
  const works: Promise<void>[] = [];
  const keepUp = (what: string, work: Promise<void>) =>
    void works.push(
      work.catch((error: unknown) => {
        if (!signal.aborted) reportFault(`${what} came to an end`, error);
      }),
    );
  return {
    attachments: bringBack({ attachments, files, store, signal }),
    start: () =>
      keepUp(
        "The copying of attachments",
        copyAttachments({ store, record, attachments, clock, signal, reportFault }),
      ),
    stop: async () => {
      stopping.abort(new Error("The server stops."));
      await Promise.all(works);
    },
  };
}
