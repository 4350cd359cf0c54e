import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { HealthFacts } from "../operating/alarm.ts";
import type { ReplicaFacts } from "../operating/replica.ts";
import { databaseNames } from "../database-name.ts";

export interface HealthFactsOptions {
  dataDir: string;
  /** Undefined without a replica. */
  replica(): ReplicaFacts | undefined;
}

type Read = Pick<HealthFacts, "diskFreeBytes" | "walBytes" | "replica"> & { attachmentsMissing: number };

export async function readHealthFacts({ dataDir, replica: factsOf }: HealthFactsOptions): Promise<Read> {
  const { bavail, bsize } = await statfs(dataDir);
  const sizes = await Promise.all(databaseNames.map((name) => sizeOf(join(dataDir, `${name}.db-wal`))));
  const replica = factsOf();
  return {
    diskFreeBytes: bavail * bsize,
    walBytes: Math.max(...sizes),
    replica,
    attachmentsMissing: replica?.attachmentsMissing ?? 0,
  };
}

/** A write-ahead log that was brought in and removed has none. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
