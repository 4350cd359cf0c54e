import { createHash, randomUUID } from "node:crypto";
import { createReadStream, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, notFound } from "../../errors.ts";
import type { ReachFailpoint } from "../../ports/failpoint.ts";
import type { Attachments, ByteRange, ReceivedBytes } from "../../file.ts";
import { createUnsettledFiles, isFileId, unsettledFileIds, type UnsettledFiles } from "./unsettled-files.ts";
import { codeOf, asStorageError, withStorageErrors } from "../disk/storage-errors.ts";
import { createMediaTypeSniffer } from "./media-type.ts";
import { moveSynced } from "../disk/move-synced.ts";

export interface AttachmentsOptions {
  /** Absolute; made when it is missing. */
  folder: string;
  fileBytesMax: number;
  /** Runs when the transaction of the call is committed, at once outside of one. */
  afterCommit(work: () => void): void;
  /** Runs when the transaction of the call is rolled back. */
  onRollback(work: () => void): void;
  /** Whether the file is on record. */
  isKept(fileId: string): boolean;
  reach: ReachFailpoint;
}

/** Bytes of files below one folder. What a former run left half received, half kept or half removed is removed. */
export function openAttachments(options: AttachmentsOptions): Attachments {
  const arrivals = join(options.folder, "tmp");
  const pathOf = (fileId: string) => attachmentPath(options.folder, fileId);
  const lost = unsettledFileIds(arrivals).filter((fileId) => !options.isKept(fileId));
  for (const fileId of lost) rmSync(pathOf(fileId), { force: true });
  rmSync(arrivals, { recursive: true, force: true });
  mkdirSync(arrivals, { recursive: true, mode: 0o700 });
  const doubts = createUnsettledFiles(arrivals);

  return {
    receive: async (bytes) => {
      const path = join(arrivals, randomUUID());
      try {
        const facts = await writeSynced(path, bytes, options.fileBytesMax);
        options.reach("attachment.written");
        return received(path, facts, { ...options, pathOf, doubts });
      } catch (error) {
        rmSync(path, { force: true });
        throw asStorageError(error);
      }
    },
    open: async (fileId, range) => {
      const path = pathOf(fileId);
      if (!statSync(path, { throwIfNoEntry: false })) throw notFound("file", fileId);
      return readChunks(path, fileId, range);
    },
    read: (fileId) => orNotFound(fileId, () => readFile(pathOf(fileId))),
    // Bytes must not go before the record of them has.
    remove: (fileId) => {
      const path = pathOf(fileId);
      const { settle } = doubts.note(fileId);
      options.onRollback(settle);
      options.afterCommit(() => {
        rmSync(path, { force: true });
        settle();
      });
    },
  };
}

type Facts = Pick<ReceivedBytes, "sizeBytes" | "sha256" | "mediaType">;

async function writeSynced(path: string, bytes: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Facts> {
  const handle = await open(path, "wx", 0o600);
  try {
    const facts = await writeAll(handle, bytes, bytesMax);
    await handle.sync();
    return facts;
  } finally {
    await handle.close();
  }
}

async function writeAll(
  handle: FileHandle,
  bytes: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Facts> {
  const hash = createHash("sha256");
  const sniffer = createMediaTypeSniffer();
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.length;
    if (sizeBytes > bytesMax)
      throw new AppError("too-large", `A file may have at most ${bytesMax} bytes; this one has more.`);
    hash.update(chunk);
    sniffer.push(chunk);
    await handle.writeFile(chunk); // From where the last write ended, until all is written.
  }
  return { sizeBytes, sha256: hash.digest("hex"), mediaType: sniffer.mediaType() };
}

interface Places {
  pathOf(fileId: string): string;
  doubts: UnsettledFiles;
}

function received(
  path: string,
  facts: Facts,
  { pathOf, doubts, afterCommit, onRollback, reach }: AttachmentsOptions & Places,
): ReceivedBytes {
  return {
    ...facts,
    keep: (fileId) => {
      const kept = pathOf(fileId);
      const { settle } = doubts.note(fileId);
      onRollback(settle);
      afterCommit(settle);
      withStorageErrors(() => moveSynced(path, kept));
      reach("attachment.kept");
      onRollback(() => renameSync(kept, path));
    },
    discard: () => rmSync(path, { force: true }),
  };
}

/** The end of an id is random, so the folders fill evenly. Nothing but an id becomes a path: throws not-found for the rest. */
export function attachmentPath(folder: string, fileId: string): string {
  if (!isFileId(fileId)) throw notFound("file", fileId);
  return join(folder, fileId.slice(-2), fileId);
}

async function* readChunks(path: string, fileId: string, range: ByteRange | undefined) {
  const stream = createReadStream(path, range);
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw codeOf(error) === "ENOENT" ? notFound("file", fileId) : error;
  }
}

async function orNotFound<T>(fileId: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw codeOf(error) === "ENOENT" ? notFound("file", fileId) : error;
  }
}
