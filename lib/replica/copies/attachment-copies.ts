import { backOffMs } from "../../ports/back-off.ts";
import { timestamp, type Clock } from "../../ports/clock.ts";
import { AppError } from "../../errors.ts";
import type { Attachments } from "../../file.ts";
import { attachmentKey, type ObjectStore } from "../../operating/object-store.ts";
import type { MissingBytes, ReplicaRecord } from "../../operating/replica-record.ts";
import { reportOncePerHour, type ReportTrouble } from "./report-once-per-hour.ts";

const backOff = { firstMs: 1000, mostMs: 600_000 };
const pageSize = 20;
/** Time until the next round when no file is added: it removes unused bytes, and tries again what failed. */
const roundMs = 3_600_000;
/** Copies of the databases are kept for 14 days, and the bytes that they refer to for a day more. */
const unwantedKeptMs = 15 * 24 * 3_600_000;

export interface AttachmentCopiesOptions {
  store: ObjectStore;
  record: ReplicaRecord;
  /** Only those on this disk. */
  attachments: Attachments;
  clock: Clock;
  signal: AbortSignal;
  reportFault(message: string, cause: unknown): void;
}

/**
 * Copies the bytes of each file to the replica in the background, equal bytes once. What is left to copy is on record in
 * the database, so a kill loses nothing. Ends with the signal.
 */
export async function copyAttachments(options: AttachmentCopiesOptions): Promise<void> {
  const { record, clock, signal } = options;
  const report = reportOncePerHour(options.reportFault);
  let failures = 0;
  let added = new AbortController();
  record.onAdded(() => added.abort());
  while (!signal.aborted) {
    added = new AbortController();
    const isDone = await round(options, report);
    failures = isDone ? 0 : failures + 1;
    const pauseMs = isDone ? roundMs : backOffMs(backOff, failures);
    const end = isDone ? AbortSignal.any([signal, added.signal]) : signal;
    await clock.sleep(pauseMs, end).catch(() => {});
  }
}

/** Whether nothing has to be tried again soon. */
async function round(options: AttachmentCopiesOptions, report: ReportTrouble): Promise<boolean> {
  let isDone = true;
  for (let after = ""; ;) {
    const page = options.record.missing(options.store.place, { after, limit: pageSize });
    for (const bytes of page) isDone = (await attempt(() => copy(bytes, options), options, report)) && isDone;
    const last = page.at(-1);
    if (last === undefined || options.signal.aborted) break;
    after = last.fileId;
  }
  return (await attempt(() => removeUnwanted(options), options, report)) && isDone;
}

async function copy(bytes: MissingBytes, options: AttachmentCopiesOptions): Promise<void> {
  const { store, record, attachments, signal } = options;
  const { sha256, sizeBytes, fileId } = bytes;
  if (signal.aborted) return;
  const key = attachmentKey(sha256);
  // An earlier run may have been killed after it copied the bytes and before it recorded that.
  if (!bytes.isThere && (await store.head(key, signal))?.sizeBytes !== sizeBytes) {
    const local = await attachments.open(fileId);
    await store.put(key, { sha256, sizeBytes, open: () => local }, signal);
  }
  record.settle(sha256, store.place);
}

async function removeUnwanted({ store, record, clock, signal }: AttachmentCopiesOptions): Promise<void> {
  const before = timestamp(clock.now() - unwantedKeptMs);
  for (const sha256 of record.unwanted(before, pageSize)) {
    await store.remove(attachmentKey(sha256), signal);
    record.forget(sha256);
  }
}

/** Whether it need not be tried again soon: it succeeded, or the bytes do not exist any more. */
async function attempt(
  work: () => Promise<void>,
  { signal }: AttachmentCopiesOptions,
  report: ReportTrouble,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    report("An attachment could not be copied to the replica. The server will try again", error);
    return error instanceof AppError && error.code === "not-found";
  }
}
