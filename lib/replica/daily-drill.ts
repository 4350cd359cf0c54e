import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../ports/clock.ts";
import type { Drill } from "../operating/drill.ts";
import type { ReplicaConfig, ReplicaCredentials, RunProgramFile } from "../operating/replica.ts";

const dayMs = 24 * 3_600_000;
/** Wait after a start, so that the first copies come before a drill. */
const settleMs = 600_000;
/** Time until a drill that could not be held is tried again. */
const retryMs = 3_600_000;

export interface DailyDrillOptions {
  dataDir: string;
  drill: string;
  replica: ReplicaConfig;
  litestreamBin: string | undefined;
  run: RunProgramFile;
  clock: Clock;
  signal: AbortSignal;
  reportFault(message: string, cause: unknown): void;
}

/** Holds a restore drill a day after the last one, also when a person started that one. Ends with the signal. */
export async function holdDrills(options: DailyDrillOptions): Promise<void> {
  const { dataDir, clock, signal } = options;
  let restMs = 0;
  while (!signal.aborted) {
    const last = readDrill(dataDir);
    const dueMs = last === undefined ? 0 : Math.min(dayMs, Date.parse(last.at) + dayMs - clock.now());
    await clock.sleep(Math.max(settleMs, dueMs, restMs), signal).catch(() => {});
    if (signal.aborted) return;
    restMs = (await attempt(options)) ? 0 : retryMs;
  }
}

/** The last drill that was held; undefined when none was. */
export function readDrill(dataDir: string): Drill | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, "drill.json"), "utf8")) as Drill;
  } catch {
    return undefined;
  }
}

/** Whether the drill was held, with or without success. */
async function attempt(options: DailyDrillOptions): Promise<boolean> {
  const { dataDir, drill: page, replica, litestreamBin, run, signal, reportFault } = options;
  const before = readDrill(dataDir)?.at;
  const env = {
    TALKCODY_DATA_DIR: dataDir,
    TALKCODY_REPLICA_URL: replica.url,
    TALKCODY_REPLICA_KEYS_DESCRIPTOR: "0",
    ...(litestreamBin === undefined ? {} : { LITESTREAM_BIN: litestreamBin }),
  };
  try {
    const { exitCode, stderr } = await run({ page, env, input: keyLines(replica.credentials) }, signal);
    const held = readDrill(dataDir);
    const isHeld = held !== undefined && held.at !== before;
    if (!isHeld) reportFault(`The daily restore drill could not be held: ${stderr.trim()}`, undefined);
    else if (exitCode !== 0)
      reportFault(`The daily restore drill failed: ${held.breaches.join(" ")}`, undefined);
    return isHeld;
  } catch (error) {
    if (!signal.aborted) reportFault("The daily restore drill could not be held", error);
    return false;
  }
}

/** The form that readInheritedKeys reads. */
function keyLines(credentials: ReplicaCredentials | undefined): string {
  if (credentials === undefined) return "";
  return [credentials.accessKeyId, credentials.secretAccessKey, credentials.sessionToken ?? ""].join("\n");
}
