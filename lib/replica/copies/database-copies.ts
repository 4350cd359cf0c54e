import { createHash } from "node:crypto";
import { backOffMs } from "../../ports/back-off.ts";
import { timestamp, type Clock } from "../../ports/clock.ts";
import { databaseNames } from "../../database-name.ts";
import { inOneChunk } from "../../file.ts";
import type { ObjectStore, StoredBytes } from "../../operating/object-store.ts";
import type { CopyDatabase } from "../../operating/replica.ts";
import {
  completeKey,
  copiesPrefix,
  copyFolder,
  databaseKey,
  knownCopies,
  newestComplete,
} from "./copy-key.ts";
import { expiredCopies } from "./retention.ts";
import { reportOncePerHour } from "./report-once-per-hour.ts";

const hourMs = 3_600_000;
const backOff = { firstMs: 60_000, mostMs: hourMs };
/** Wait after a start, so that copying does not slow the start down. */
const settleMs = 20_000;

export interface DatabaseCopiesOptions {
  store: ObjectStore;
  copy: CopyDatabase;
  clock: Clock;
  signal: AbortSignal;
  reportFault(message: string, cause: unknown): void;
  /** Called with the time at which the newest complete copy began, in milliseconds since the epoch. */
  onCopied(at: number): void;
}

/**
 * Makes a complete copy of each database every hour, independent of their replication. The time of the last copy is read
 * from the replica itself, so a kill loses only the copy in progress. Ends with the signal.
 */
export async function copyDatabases(options: DatabaseCopiesOptions): Promise<void> {
  const { clock, signal } = options;
  const report = reportOncePerHour(options.reportFault);
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
      report("The hourly copy of the databases failed. The server will try again", error);
      pauseMs = backOffMs(backOff, ++failures);
    }
  }
}

/** Makes a copy when one is due, and removes expired ones. Returns the milliseconds until the next one. */
async function round(options: DatabaseCopiesOptions): Promise<number> {
  const { store, clock, signal, onCopied } = options;
  const newest = newestComplete(knownCopies(await store.list(copiesPrefix, signal)));
  if (newest !== undefined) onCopied(newest.at);
  const restMs = newest === undefined ? 0 : newest.at + hourMs - clock.now();
  // More than an hour means that the clock was set back, which must not delay copies.
  if (restMs > 0 && restMs <= hourMs) return restMs;
  const at = clock.now();
  await makeCopy(copyFolder(at), options);
  onCopied(at);
  await removeExpired(options);
  return Math.max(0, at + hourMs - clock.now());
}

async function removeExpired({ store, clock, signal }: DatabaseCopiesOptions): Promise<void> {
  const copies = knownCopies(await store.list(copiesPrefix, signal));
  for (const { folder, keys } of expiredCopies(copies, clock.now()))
    // The mark goes first, so that a copy that is removed only in part does not count as complete.
    for (const key of new Set([completeKey(folder), ...keys])) await store.remove(key, signal);
}

/** Copies one database after another, so that the disk needs room for only one copy at a time. */
async function makeCopy(
  folder: string,
  { store, copy, clock, signal }: DatabaseCopiesOptions,
): Promise<void> {
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
  return { sizeBytes: bytes.length, sha256, open: () => inOneChunk(bytes) };
}
