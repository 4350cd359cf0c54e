// The drill of restore-drill.sh, which the server runs each day too.
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
import { bringBack } from "./drill/bring-back.ts";
import { tableOf } from "./drill/table.ts";

const dayMs = 24 * 3_600_000;
const spareBytes = 64 * 1024 * 1024;

try {
  const { drill, table } = await hold(loadConfig());
  console.log(table);
  process.exitCode = drill.breaches.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** Holds a drill and keeps its result in drill.json. */
async function hold(config: Readonly<Config>): Promise<{ drill: Drill; table: string }> {
  const { dataDir, replica, replicaKeysDescriptor: handed } = config;
  if (replica === undefined)
    throw new Error("TALKCODY_REPLICA_URL is not set, so there is nothing to restore.");
  const credentials = handed === undefined ? replica.credentials : readInheritedKeys(handed);
  const store = await openObjectStore({ ...replica, credentials });
  const last = readDrill(dataDir);
  const folder = makeFolder(dataDir);
  try {
    const live = liveFacts(dataDir);
    const beganAt = Date.now();
    const environment = config.commandEnvironment;
    const { source, breaches } = await bringBack(folder, {
      ...config,
      ...replica,
      credentials,
      store,
      environment,
    });
    const restoreSeconds = (Date.now() - beganAt) / 1000;
    const damages = source === null ? [] : damagesBelow(folder);
    const restored =
      source === null || damages.length > 0 ? undefined : restoredFacts(folder, join(dataDir, "attachments"));
    const point = live && restored ? recoveryPointSeconds(live.newest, restored.newest) : null;
    const limit = source === null ? Infinity : recoveryPointSecondsMax[source];
    const all = [
      ...breaches,
      ...damages,
      ...(restored ? await oddities(restored, live, store) : []),
      ...((point ?? 0) > limit
        ? [`The last ${Math.round(point ?? 0)} s would be lost; ${limit} s may be.`]
        : []),
    ];
    const at = timestamp(beganAt);
    const lastGoodAt = all.length === 0 ? at : (last?.lastGoodAt ?? null);
    const drill = { at, source, restoreSeconds, recoveryPointSeconds: point, breaches: all, lastGoodAt };
    keep(dataDir, drill);
    return { drill, table: tableOf(drill, { restored, live }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the restored databases say of each other and of the attachments that must not be. */
async function oddities(
  restored: DatabaseFacts,
  live: DatabaseFacts | undefined,
  store: ObjectStore,
): Promise<string[]> {
  const logs = restored.sessionsWithoutTheirLog.map(
    (id) => `The log of session ${id} does not end where it should.`,
  );
  const agents =
    restored.sessionsWithoutAgent - (live?.sessionsWithoutAgent ?? restored.sessionsWithoutAgent);
  const kept = new Set(
    (await store.list(attachmentKey(""), AbortSignal.timeout(600_000))).map(({ key }) => key),
  );
  const lost = restored.filesWithoutBytes.filter(({ sha256 }) => !kept.has(attachmentKey(sha256)));
  return [
    ...logs,
    ...(agents > 0 ? [`${agents} sessions came back without the agent that they have.`] : []),
    ...lost.map(({ name }) => `The bytes of ${name} are neither here nor in the replica.`),
  ];
}

/** On the same disk, which has the room; /tmp may be memory. Throws an Error when it has not. */
function makeFolder(dataDir: string): string {
  for (const name of readdirSync(dataDir).filter((entry) => entry.startsWith("drill-"))) {
    const left = join(dataDir, name); // Of a drill that was killed.
    if (Date.now() - statSync(left).mtimeMs > dayMs) rmSync(left, { recursive: true, force: true });
  }
  const sizes = databaseNames.map(
    (name) => statSync(join(dataDir, `${name}.db`), { throwIfNoEntry: false })?.size ?? 0,
  );
  const needed = sizes.reduce((sum, size) => sum + size, spareBytes);
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < needed)
    throw new Error(
      `A drill needs ${needed} bytes of the disk of ${dataDir}, and ${bavail * bsize} are free.`,
    );
  return mkdtempSync(join(dataDir, "drill-"));
}

function keep(dataDir: string, drill: Drill): void {
  const path = join(dataDir, "drill.json");
  writeFileSync(`${path}.new`, `${JSON.stringify(drill, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
