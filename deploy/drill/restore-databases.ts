import { existsSync } from "node:fs";
import { join } from "node:path";
import { openProcesses } from "../../lib/platform/index.ts";
import { createRunProcess } from "../../lib/platform/run-process.ts";
import { fetchNewestCopy } from "../../lib/replica/copies/newest-copy.ts";
import type { ObjectStore } from "../../lib/operating/object-store.ts";
import type { ReplicaCredentials, ReplicaPlace } from "../../lib/operating/replica.ts";
import { databaseNames } from "../../lib/database-name.ts";
import type { Drill } from "../../lib/operating/drill.ts";

export interface RestoreSources {
  dataDir: string;
  place: ReplicaPlace;
  credentials: ReplicaCredentials | undefined;
  store: ObjectStore;
  /** Undefined: without a replicator, only the hourly copies can be restored. */
  litestreamBin: string | undefined;
  environment: Readonly<Record<string, string>>;
}

const restoreMsMax = 30 * 60_000;

/** Restores the databases into a folder: from the replica with its replicator, else from the newest hourly copy. */
export async function restoreDatabases(
  folder: string,
  sources: RestoreSources,
): Promise<Pick<Drill, "source" | "breaches">> {
  const { litestreamBin, store } = sources;
  const failure =
    litestreamBin === undefined ? undefined : await restoreReplica(folder, litestreamBin, sources);
  const breaches = failure === undefined ? [] : [failure];
  if (databaseNames.every((name) => existsSync(join(folder, `${name}.db`))))
    return { source: "replica", breaches };
  try {
    const at = await fetchNewestCopy(store, folder, AbortSignal.timeout(restoreMsMax));
    if (at !== undefined) return { source: "copy", breaches };
    return { source: null, breaches: [...breaches, "There is no complete copy in the replica."] };
  } catch (error) {
    return { source: null, breaches: [...breaches, error instanceof Error ? error.message : String(error)] };
  }
}

/** Why the restore failed; undefined when it worked, or when the replica does not have a database. */
async function restoreReplica(
  folder: string,
  bin: string,
  sources: RestoreSources,
): Promise<string | undefined> {
  const processes = openProcesses({ dataDir: folder });
  const run = createRunProcess(processes);
  const config = join(import.meta.dirname, "../litestream.yml");
  try {
    for (const name of databaseNames) {
      const [from, to] = [join(sources.dataDir, `${name}.db`), join(folder, `${name}.db`)];
      const { exitCode, stderr } = await run({
        file: bin,
        args: ["restore", "-config", config, "-if-replica-exists", "-o", to, from],
        cwd: folder,
        env: replicatorEnvironment(sources),
        ...{ timeoutMs: restoreMsMax, stdoutBytesMax: 1024 * 1024 },
      });
      if (exitCode !== 0) return `${name}.db could not be restored: ${stderr.trim().split("\n").at(-1)}`;
    }
    return undefined;
  } catch (error) {
    return `${bin} could not be run: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    processes.close();
  }
}

/** The variables that litestream.yml uses, with the values that replica.sh gives them. */
function replicatorEnvironment({
  dataDir,
  place,
  credentials,
  environment,
}: RestoreSources): Record<string, string> {
  const isBucket = place.type === "s3";
  return {
    ...environment,
    TALKCODY_DATA_DIR: dataDir,
    REPLICATOR_ADDRESS: "",
    REPLICA_TYPE: place.type,
    REPLICA_BUCKET: isBucket ? place.bucket : "",
    REPLICA_PATH: isBucket ? place.prefix : place.folder,
    REPLICA_ENDPOINT: (isBucket ? place.endpoint : undefined) ?? "",
    REPLICA_REGION: isBucket ? place.region : "",
    REPLICA_PATH_STYLE: String(isBucket && place.isPathStyle),
    LITESTREAM_ACCESS_KEY_ID: credentials?.accessKeyId ?? "",
    LITESTREAM_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? "",
    ...(credentials?.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
  };
}
