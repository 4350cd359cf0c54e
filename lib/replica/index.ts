import type { ReplicaConfig } from "../operating/replica.ts";
import { readInheritedKeys } from "./inherited-keys.ts";
import type { Replication, ReplicationOptions } from "./replication.ts";

/**
 * Copies what Litestream does not copy. Without a replica it loads nothing and returns undefined. Throws an Error that
 * tells a person what to do when the keys of the bucket are missing.
 */
export async function openReplication(
  config: ReplicationConfig,
  options: Omit<ReplicationOptions, "store" | keyof ReplicationConfig>,
): Promise<Replication | undefined> {
  if (config.replica === undefined) return undefined;
  const descriptor = config.replicaKeysDescriptor;
  const credentials = descriptor === undefined ? config.replica.credentials : readInheritedKeys(descriptor);
  if (credentials !== undefined) options.onKeys(credentials);
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
