import type { ReplicaConfig } from "../operating/replica.ts";
import { readInheritedKeys } from "./inherited-keys.ts";
import type { Replication, ReplicationOptions } from "./replication.ts";

/**
 * Copies what the databases' replicator does not; nothing is loaded and nothing done without a replica. Throws an Error
 * with a sentence a person can act on when the keys of the bucket are missing.
 */
export async function openReplication(
  config: ReplicationConfig,
  options: Omit<ReplicationOptions, "store" | keyof ReplicationConfig>,
): Promise<Replication | undefined> {
  if (config.replica === undefined) return undefined;
  const handed = config.replicaKeysDescriptor;
  const credentials = handed === undefined ? config.replica.credentials : readInheritedKeys(handed);
  const replica = { ...config.replica, credentials };
  const { openObjectStore } = await import("./object-stores/object-store.ts");
  const { createReplication } = await import("./replication.ts");
  return createReplication({ ...options, ...config, replica, store: await openObjectStore(replica) });
}

interface ReplicationConfig {
  dataDir: string;
  replica: ReplicaConfig | undefined;
  replicaKeysDescriptor: number | undefined;
  litestreamBin: string | undefined;
  replicatorMetricsUrl: string | undefined;
}
