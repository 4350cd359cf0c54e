// The drill that restore-drill.sh runs, and the server each day.
import { mkdtempSync, readdirSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { timestamp } from "../lib/ports/clock.ts";
import { loadConfig, type Config } from "../lib/config/config.ts";
import {
  recoveryPointSeconds,
  recoveryPointSecondsMax,
  type DatabaseFacts,
  type Drill,
} from "../lib/operating/drill.ts";
import { attachmentKey, type ObjectStore } from "../lib/operating/object-store.ts";
import { readDrill } from "../lib/replica/daily-drill.ts";
import { readInheritedKeys } from "../lib/replica/inherited-keys.ts";
import { openObjectStore } from "../lib/replica/object-stores/object-store.ts";
import { damagesBelow, liveFacts, restoredFacts } from "../lib/storage/runs/inspection.ts";
import { databaseNames } from "../lib/database-name.ts";
import { restoreDatabases, type RestoreSources } from "./drill/restore-databases.ts";
import { drillTable } from "./drill/table.ts";

const dayMs = 24 * 3_600_000;
const spareBytes = 64 * 1024 * 1024;

try {
  const { drill, table } = await runDrill(loadConfig());
  console.log(table);
  process.exitCode = drill.breaches.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** Restores into a folder beside the data, inspects the result and stores it in drill.json. */
async function runDrill(config: Readonly<Config>): Promise<{ drill: Drill; table: string }> {
  const { dataDir } = config;
  const sources = await openSources(config);
  const last = readDrill(dataDir);
  const folder = makeFolder(dataDir);
  try {
    const live = liveFacts(dataDir);
    const startedAt = Date.now();
    const { source, breaches } = await restoreDatabases(folder, sources);
    const restoreSeconds = (Date.now() - startedAt) / 1000;
    const found = await inspect(folder, { dataDir, source, live, store: sources.store });
    const drill: Drill = {
      at: timestamp(startedAt),
      source,
      restoreSeconds,
      recoveryPointSeconds: found.recoveryPointSeconds,
      breaches: [...breaches, ...found.breaches],
      lastGoodAt: last?.lastGoodAt ?? null,
    };
    if (drill.breaches.length === 0) drill.lastGoodAt = drill.at;
    keep(dataDir, drill);
    return { drill, table: drillTable(drill, { restored: found.restored, live }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openSources(config: Readonly<Config>): Promise<RestoreSources> {
  const { replica, replicaKeysDescriptor: descriptor, commandEnvironment: environment } = config;
  if (replica === undefined)
    throw new Error("TALKCODY_REPLICA_URL is not set, so there is nothing to restore from. Set it.");
  const credentials = descriptor === undefined ? replica.credentials : readInheritedKeys(descriptor);
  const store = await openObjectStore({ ...replica, credentials });
  return { ...config, ...replica, credentials, store, environment };
}

interface InspectOptions {
  dataDir: string;
  source: Drill["source"];
  live: DatabaseFacts | undefined;
  store: ObjectStore;
}

/** What is wrong with the restored databases. `restored` is undefined when they cannot be read. */
async function inspect(folder: string, { dataDir, source, live, store }: InspectOptions) {
  if (source === null) return { restored: undefined, recoveryPointSeconds: null, breaches: [] };
  const damages = damagesBelow(folder);
  if (damages.length > 0) return { restored: undefined, recoveryPointSeconds: null, breaches: damages };
  const restored = restoredFacts(folder, join(dataDir, "attachments"));
  const lostSeconds = live === undefined ? null : recoveryPointSeconds(live.newest, restored.newest);
  const breaches = await inconsistencies(restored, live, store);
  if ((lostSeconds ?? 0) > recoveryPointSecondsMax[source])
    breaches.push(
      `The last ${Math.round(lostSeconds ?? 0)} s would be lost; at most ${recoveryPointSecondsMax[source]} s are allowed.`,
    );
  return { restored, recoveryPointSeconds: lostSeconds, breaches };
}

/** Where the restored databases contradict each other or the attachments. */
async function inconsistencies(
  restored: DatabaseFacts,
  live: DatabaseFacts | undefined,
  store: ObjectStore,
): Promise<string[]> {
  const logs = restored.sessionsWithoutTheirLog.map(
    (id) => `The event log of session ${id} does not end where the session says.`,
  );
  const agents =
    restored.sessionsWithoutAgent - (live?.sessionsWithoutAgent ?? restored.sessionsWithoutAgent);
  const kept = new Set(
    (await store.list(attachmentKey(""), AbortSignal.timeout(600_000))).map(({ key }) => key),
  );
  const lost = restored.filesWithoutBytes.filter(({ sha256 }) => !kept.has(attachmentKey(sha256)));
  return [
    ...logs,
    ...(agents > 0 ? [`${agents} sessions were restored without their agent.`] : []),
    ...lost.map(({ name }) => `The bytes of ${name} are neither here nor in the replica.`),
  ];
}

/** Creates the folder on the disk of the data, because /tmp may be in memory. Throws an Error when the disk is too full. */
function makeFolder(dataDir: string): string {
  for (const name of readdirSync(dataDir).filter((entry) => entry.startsWith("drill-"))) {
    const left = join(dataDir, name); // Left by a drill that was killed.
    if (Date.now() - statSync(left).mtimeMs > dayMs) rmSync(left, { recursive: true, force: true });
  }
  const sizes = databaseNames.map(
    (name) => statSync(join(dataDir, `${name}.db`), { throwIfNoEntry: false })?.size ?? 0,
  );
  const needed = sizes.reduce((sum, size) => sum + size, spareBytes);
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < needed)
    throw new Error(
      `A drill needs ${needed} bytes on the disk of ${dataDir}, but only ${bavail * bsize} are free. Free some space.`,
    );
  return mkdtempSync(join(dataDir, "drill-"));
}

function keep(dataDir: string, drill: Drill): void {
  const path = join(dataDir, "drill.json");
  writeFileSync(`${path}.new`, `${JSON.stringify(drill, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
