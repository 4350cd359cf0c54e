import { createHash } from "node:crypto";
import { timestamp, type Clock } from "../../ports/clock.ts";
import { databaseNames } from "../../database-name.ts";
import type { ObjectStore, StoredBytes } from "../../operating/object-store.ts";
import type { CopyDatabase } from "../../operating/replica.ts";
import { completeKey, copiesPrefix, copyFolder, databaseKey, knownCopies } from "./copy-key.ts";
import { expiredCopies } from "./retention.ts";
import { reportOncePerHour } from "./report-once-per-hour.ts";

const hourMs = 3_600_000;
/** After a failure the next try waits, each time twice as long. */
const waitMs = { least: 60_000, most: hourMs };
/** After a start, the start comes first. */
const settleMs = 20_000;

export interface DatabaseCopiesOptions {
  store: ObjectStore;
  copy: CopyDatabase;
  clock: Clock;
  signal: AbortSignal;
  reportFault(message: string, cause: unknown): void;
  /** Hears when the newest whole copy was begun; milliseconds since the epoch. */
  onCopied(at: number): void;
}

/**
 * Each hour a whole copy of each database, beside its replication and independent of it. When the last one was made is
 * read from the replica itself, so a kill costs nothing but the copy it cut. Ends with the signal.
 */
export async function copyDatabases(options: DatabaseCopiesOptions): Promise<void> {
  const { clock, signal } = options;
  const told = reportOncePerHour(options.reportFault);
  let failures = 0;
  let pauseMs = settleMs;
  while (!signal.aborted) {
    await clock.sleep(pauseMs, signal).catch(() => {});
    if (signal.aborted) return;
    try {
      pauseMs = await round(options);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      told("The hourly copy of the databases failed; it is tried again", error);
      pauseMs = Math.min(waitMs.most, waitMs.least * 2 ** failures++);
    }
  }
}

/** Makes a copy when one is due, and removes what is too old. Returns the milliseconds until the next one. */
async function round({ store, copy, clock, signal, onCopied }: DatabaseCopiesOptions): Promise<number> {
  const newest = knownCopies(await store.list(copiesPrefix, signal)).findLast(({ isComplete }) => isComplete);
  if (newest !== undefined) onCopied(newest.at);
  const restMs = newest === undefined ? 0 : newest.at + hourMs - clock.now();
  // A clock that was set back must not hold the copies up.
  if (restMs > 0 && restMs <= hourMs) return restMs;
  const at = clock.now();
  await makeCopy(copyFolder(at), { store, copy, clock, signal });
  onCopied(at);
  for (const { folder, keys } of expiredCopies(
    knownCopies(await store.list(copiesPrefix, signal)),
    clock.now(),
  ))
    // From its mark on, so that what is left of a removal that was cut does not pass for a copy.
    for (const key of new Set([completeKey(folder), ...keys])) await store.remove(key, signal);
  return Math.max(0, at + hourMs - clock.now());
}

type Making = Pick<DatabaseCopiesOptions, "store" | "copy" | "clock" | "signal">;

/** One database after another, so that no more of the disk is needed than for the largest. */
async function makeCopy(folder: string, { store, copy, clock, signal }: Making): Promise<void> {
  const hashes: Record<string, string> = {};
  for (const name of databaseNames) {
    const local = await copy(name, signal);
    try {
      await store.put(databaseKey(folder, name), local, signal);
      hashes[name] = local.sha256;
    } finally {
      local.remove();
    }
  }
  const mark = JSON.stringify({ completedAt: timestamp(clock.now()), sha256: hashes });
  await store.put(completeKey(folder), inMemory(mark), signal);
}

function inMemory(text: string): StoredBytes {
  const bytes = Buffer.from(text);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { sizeBytes: bytes.length, sha256, open: () => once(bytes) };
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}
