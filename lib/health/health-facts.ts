import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { HealthFacts } from "../operating/alarm.ts";
import type { ReplicaFacts } from "../operating/replica.ts";
import type { SandboxReport } from "../ports/sandbox.ts";
import { databaseNames } from "../database-name.ts";

export interface HealthFactsOptions {
  dataDir: string;
  /** Undefined without a replica. */
  replica(): ReplicaFacts | undefined;
  sandbox(): SandboxReport;
}

type ReadFacts = Pick<HealthFacts, "diskFreeBytes" | "walBytes" | "replica" | "sandbox"> & {
  attachmentsMissing: number;
};

export async function readHealthFacts({
  dataDir,
  replica: factsOf,
  sandbox,
}: HealthFactsOptions): Promise<ReadFacts> {
  const { bavail, bsize } = await statfs(dataDir);
  const sizes = await Promise.all(databaseNames.map((name) => sizeOf(join(dataDir, `${name}.db-wal`))));
  const replica = factsOf();
  return {
    diskFreeBytes: bavail * bsize,
    walBytes: Math.max(...sizes),
    replica,
    sandbox: sandbox(),
    attachmentsMissing: replica?.attachmentsMissing ?? 0,
  };
}

/** 0 where there is no file: SQLite removes the write-ahead log when the last connection closes. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
