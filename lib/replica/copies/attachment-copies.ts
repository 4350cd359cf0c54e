import { timestamp, type Clock } from "../../ports/clock.ts";
import { AppError } from "../../errors.ts";
import type { Attachments } from "../../file.ts";
import { attachmentKey, type ObjectStore } from "../../operating/object-store.ts";
import type { MissingBytes, ReplicaRecord } from "../../operating/replica-record.ts";
import { reportOncePerHour, type ReportTrouble } from "./report-once-per-hour.ts";

/** After a failure the next round waits, each time twice as long. */
const waitMs = { least: 1000, most: 600_000 };
const pageOf = 20;
/** Without a reason before that: bytes that no file needs are looked for, and what failed is tried again. */
const roundMs = 3_600_000;
/** Copies of the databases are kept for 14 days, and what they refer to for a day more. */
const unwantedKeptMs = 15 * 24 * 3_600_000;

export interface AttachmentCopiesOptions {
  store: ObjectStore;
  record: ReplicaRecord;
  /** Of this disk alone. */
  attachments: Attachments;
  clock: Clock;
  signal: AbortSignal;
  /** Hears once of each new trouble. */
  reportFault(message: string, cause: unknown): void;
}

/**
 * Brings the bytes of each file to the replica, once for the same bytes, behind the requests that stored them. What is
 * left to do stands in the database, so a kill loses nothing of it. Ends with the signal.
 */
export async function copyAttachments(options: AttachmentCopiesOptions): Promise<void> {
  const { record, clock, signal } = options;
  const told = reportOncePerHour(options.reportFault);
  let failures = 0;
  let added = new AbortController();
  record.onAdded(() => added.abort());
  while (!signal.aborted) {
    added = new AbortController();
    const isDone = await round(options, told);
    failures = isDone ? 0 : failures + 1;
    const pauseMs = isDone ? roundMs : Math.min(waitMs.most, waitMs.least * 2 ** (failures - 1));
    const end = isDone ? AbortSignal.any([signal, added.signal]) : signal;
    await clock.sleep(pauseMs, end).catch(() => {});
  }
}

/** Whether nothing is left to be tried again soon. */
async function round(options: AttachmentCopiesOptions, told: ReportTrouble): Promise<boolean> {
  let isDone = true;
  for (let after = ""; ;) {
    const page = options.record.missing(options.store.place, { after, limit: pageOf });
    for (const bytes of page) isDone = (await attempt(() => copy(bytes, options), options, told)) && isDone;
    const last = page.at(-1);
    if (last === undefined || options.signal.aborted) break;
    after = last.fileId;
  }
  return (await attempt(() => removeUnwanted(options), options, told)) && isDone;
}

async function copy(bytes: MissingBytes, options: AttachmentCopiesOptions): Promise<void> {
  const { store, record, attachments, signal } = options;
  const { sha256, sizeBytes, fileId } = bytes;
  if (signal.aborted) return;
  const key = attachmentKey(sha256);
  // A former run may have been killed between the last byte and its note of it.
  if (!bytes.isThere && (await store.head(key, signal))?.sizeBytes !== sizeBytes) {
    const local = await attachments.open(fileId);
    await store.put(key, { sha256, sizeBytes, open: () => local }, signal);
  }
  record.settle(sha256, store.place);
}

async function removeUnwanted({ store, record, clock, signal }: AttachmentCopiesOptions): Promise<void> {
  const before = timestamp(clock.now() - unwantedKeptMs);
  for (const sha256 of record.unwanted(before, pageOf)) {
    await store.remove(attachmentKey(sha256), signal);
    record.forget(sha256);
  }
}

/** Bytes that are nowhere are told, and not asked for again before the next hour. */
async function attempt(
  work: () => Promise<void>,
  { signal }: AttachmentCopiesOptions,
  told: ReportTrouble,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    told("An attachment could not be copied to the replica; it is tried again", error);
    return error instanceof AppError && error.code === "not-found";
  }
}
