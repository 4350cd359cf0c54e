import { AppError } from "./errors.ts";
import type { Schemas } from "../packages/shared/src/schemas.ts";

export type File = Schemas["StoredFile"];

/** Metadata of attachments in chat_history.db. Synchronous. */
export interface FileStore {
  create(file: File): void;
  get(id: string): File | undefined;
  /** Whether a message refers to it. */
  isInUse(id: string): boolean;
  remove(id: string): void;
}

/** Bytes on disk that belong to no file yet. */
export interface ReceivedBytes {
  sizeBytes: number;
  sha256: string;
  /** Found from the bytes: an image type that browsers show safely, `text/plain`, `application/pdf`, else `application/octet-stream`. */
  mediaType: string;
  /** Makes them the bytes of the file. Synchronous. Call it in the transaction that stores the metadata. */
  keep(fileId: string): void;
  /** Deletes them, unless they were kept. */
  discard(): void;
}

export interface ByteRange {
  start: number;
  /** Inclusive. */
  end: number;
}

/** Attachments on disk. Their paths are made from ids only. */
export interface Attachments {
  /** Streams the bytes to disk, syncs and hashes them. Throws AppError too-large over the size limit, storage-full when the disk is full. */
  receive(bytes: AsyncIterable<Uint8Array>): Promise<ReceivedBytes>;
  /** Rejects with AppError not-found when the bytes are lost; busy when only the replica has them and it does not answer. */
  open(fileId: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>>;
  read(fileId: string): Promise<Uint8Array>;
  remove(fileId: string): void;
}

/** Images that browsers show without running anything in them. */
export function isShownSafely(mediaType: string): boolean {
  return ["image/png", "image/jpeg", "image/gif", "image/webp"].includes(mediaType);
}

/** Whether an If-None-Match header names these bytes. */
export function hasEtag(header: string | undefined, sha256: string): boolean {
  const tags = header?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags !== undefined && (tags.includes("*") || tags.includes(`"${sha256}"`));
}

/** The requested byte range; undefined when there is no Range header, or one of a form that is not supported. Throws range-not-satisfiable. */
export function parseRange(header: string | undefined, totalBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const [, first = "", last = ""] = match;
  const start = first === "" ? Math.max(0, totalBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? totalBytes - 1 : Math.min(Number(last), totalBytes - 1);
  if (first !== "" && last !== "" && Number(last) < start) return undefined; // RFC 9110: such a header is ignored.
  if (start > end)
    throw new AppError("range-not-satisfiable", `The file has ${totalBytes} bytes; ${header} lies outside.`);
  return { start, end };
}

export async function* inOneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
