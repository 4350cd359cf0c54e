import { createHash, randomUUID } from "node:crypto";
import { createReadStream, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, notFound } from "../../errors.ts";
import type { ReachFailpoint } from "../../ports/failpoint.ts";
import type { Attachments, ByteRange, ReceivedBytes } from "../../file.ts";
import { createUnsettledFiles, isFileId, unsettledFileIds, type UnsettledFiles } from "./unsettled-files.ts";
import { codeOf, asStorageError, withStorageErrors } from "../disk/storage-errors.ts";
import { createMediaTypeSniffer } from "./media-type.ts";
import { moveSynced, writeNewSynced } from "../disk/write-synced.ts";

export interface AttachmentsOptions {
  /** Absolute. Created when it is missing. */
  folder: string;
  fileBytesMax: number;
  /** Runs `work` after the transaction of the call is committed, or at once outside of a transaction. */
  afterCommit(work: () => void): void;
  /** Runs `work` when the transaction of the call is rolled back. */
  onRollback(work: () => void): void;
  /** Whether the database has a record of the file. */
  isKept(fileId: string): boolean;
  reach: ReachFailpoint;
}

/** Bytes of files below one folder. Removes first what an earlier run had only partly received, kept or removed. */
export function openAttachments(options: AttachmentsOptions): Attachments {
  const arrivals = join(options.folder, "tmp");
  removeUnsettled(arrivals, options);
  const store: AttachmentFolder = { ...options, arrivals, unsettled: createUnsettledFiles(arrivals) };
  return {
    receive: (bytes) => receive(store, bytes),
    open: async (fileId, range) => {
      const path = attachmentPath(store.folder, fileId);
      if (!statSync(path, { throwIfNoEntry: false })) throw notFound("file", fileId);
      return readChunks(path, fileId, range);
    },
    read: (fileId) => readAll(store.folder, fileId),
    remove: (fileId) => removeAfterCommit(store, fileId),
  };
}

/** Throws AppError not-found when `fileId` is not the id of a file: nothing else may become part of a path. */
export function attachmentPath(folder: string, fileId: string): string {
  if (!isFileId(fileId)) throw notFound("file", fileId);
  return join(folder, fileId.slice(-2), fileId); // The end of an id is random, so the folders fill evenly.
}

interface AttachmentFolder extends AttachmentsOptions {
  /** Holds bytes until they are kept, and the notes of unsettled files. */
  arrivals: string;
  unsettled: UnsettledFiles;
}

function removeUnsettled(arrivals: string, { folder, isKept }: AttachmentsOptions): void {
  const lost = unsettledFileIds(arrivals).filter((fileId) => !isKept(fileId));
  for (const fileId of lost) rmSync(attachmentPath(folder, fileId), { force: true });
  rmSync(arrivals, { recursive: true, force: true });
  mkdirSync(arrivals, { recursive: true, mode: 0o700 });
}

async function receive(store: AttachmentFolder, bytes: AsyncIterable<Uint8Array>): Promise<ReceivedBytes> {
  const path = join(store.arrivals, randomUUID());
  try {
    const inspection = createInspection(bytes, store.fileBytesMax);
    await writeNewSynced(path, inspection.chunks());
    store.reach("attachment.written");
    return {
      ...inspection.facts(),
      keep: (fileId) => keep(store, path, fileId),
      discard: () => rmSync(path, { force: true }),
    };
  } catch (error) {
    rmSync(path, { force: true });
    throw asStorageError(error);
  }
}

/** Passes the bytes on and learns their size, hash and media type. `chunks` throws AppError too-large over `bytesMax`. */
function createInspection(bytes: AsyncIterable<Uint8Array>, bytesMax: number) {
  const hash = createHash("sha256");
  const sniffer = createMediaTypeSniffer();
  let sizeBytes = 0;
  return {
    async *chunks() {
      for await (const chunk of bytes) {
        sizeBytes += chunk.length;
        if (sizeBytes > bytesMax)
          throw new AppError("too-large", `A file may have at most ${bytesMax} bytes; this one has more.`);
        hash.update(chunk);
        sniffer.push(chunk);
        yield chunk;
      }
    },
    facts: () => ({ sizeBytes, sha256: hash.digest("hex"), mediaType: sniffer.mediaType() }),
  };
}

/** Moves received bytes to their place. A rollback moves them back. */
function keep(store: AttachmentFolder, path: string, fileId: string): void {
  const kept = attachmentPath(store.folder, fileId);
  const { settle } = store.unsettled.note(fileId);
  store.onRollback(settle);
  store.afterCommit(settle);
  withStorageErrors(() => moveSynced(path, kept));
  store.reach("attachment.kept");
  store.onRollback(() => renameSync(kept, path));
}

/** The record is removed first, so that no record is left without bytes. */
function removeAfterCommit(store: AttachmentFolder, fileId: string): void {
  const path = attachmentPath(store.folder, fileId);
  const { settle } = store.unsettled.note(fileId);
  store.onRollback(settle);
  store.afterCommit(() => {
    rmSync(path, { force: true });
    settle();
  });
}

async function* readChunks(path: string, fileId: string, range: ByteRange | undefined) {
  const stream = createReadStream(path, range);
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw asNotFound(error, fileId);
  }
}

async function readAll(folder: string, fileId: string): Promise<Uint8Array> {
  try {
    return await readFile(attachmentPath(folder, fileId));
  } catch (error) {
    throw asNotFound(error, fileId);
  }
}

function asNotFound(error: unknown, fileId: string): unknown {
  return codeOf(error) === "ENOENT" ? notFound("file", fileId) : error;
}
