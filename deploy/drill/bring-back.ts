import { existsSync } from "node:fs";
import { join } from "node:path";
import { openProcesses } from "../../lib/platform/index.ts";
import { createRunProcess } from "../../lib/platform/run-process.ts";
import { fetchNewestCopy } from "../../lib/replica/copies/newest-copy.ts";
import type { ObjectStore } from "../../lib/operating/object-store.ts";
import type { ReplicaCredentials, ReplicaPlace } from "../../lib/operating/replica.ts";
import { databaseNames } from "../../lib/database-name.ts";
import type { Drill } from "../../lib/operating/drill.ts";

export interface Sources {
  dataDir: string;
  place: ReplicaPlace;
  credentials: ReplicaCredentials | undefined;
  store: ObjectStore;
  /** Undefined: there is no replicator here, so the hourly copies are all there is. */
  litestreamBin: string | undefined;
  environment: Readonly<Record<string, string>>;
}

const restoreMsMax = 30 * 60_000;

/** Fills a folder with databases: from the replica as its replicator has it, else from the newest hourly copy. */
export async function bringBack(
  folder: string,
  sources: Sources,
): Promise<Pick<Drill, "source" | "breaches">> {
  const { litestreamBin, store } = sources;
  const refusal = litestreamBin === undefined ? undefined : await restoreAll(folder, litestreamBin, sources);
  const breaches = refusal === undefined ? [] : [refusal];
  if (databaseNames.every((name) => existsSync(join(folder, `${name}.db`))))
    return { source: "replica", breaches };
  try {
    const at = await fetchNewestCopy(store, folder, AbortSignal.timeout(restoreMsMax));
    if (at !== undefined) return { source: "copy", breaches };
    return { source: null, breaches: [...breaches, "There is no whole copy in the replica."] };
  } catch (error) {
    return { source: null, breaches: [...breaches, error instanceof Error ? error.message : String(error)] };
  }
}

/** Why it failed; undefined when it did not, also where the replica has nothing of a database. */
async function restoreAll(folder: string, bin: string, sources: Sources): Promise<string | undefined> {
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
    return `${bin} does not run: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    processes.close();
  }
}

/** The variables that litestream.yml names, as replica.sh sets them. */
function replicatorEnvironment({
  dataDir,
  place,
  credentials,
  environment,
}: Sources): Record<string, string> {
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
