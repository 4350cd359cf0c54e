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

/** Bytes that have arrived but belong to no file yet. */
export interface ReceivedBytes {
  sizeBytes: number;
  sha256: string;
  /** Sniffed from the bytes: an image type that browsers show safely, `text/plain`, `application/pdf`, else `application/octet-stream`. */
  mediaType: string;
  /** Makes them the bytes of the file. Synchronous; call it in the transaction that stores the metadata. */
  keep(fileId: string): void;
  /** Forgets them, unless kept. */
  discard(): void;
}

export interface ByteRange {
  start: number;
  /** Inclusive. */
  end: number;
}

/** Attachments on disk. Paths come from ids alone. */
export interface Attachments {
  /** Streams to disk, syncs, hashes. Throws AppError too-large past the cap, storage-full when the disk is. */
  receive(bytes: AsyncIterable<Uint8Array>): Promise<ReceivedBytes>;
  /** Rejects with AppError not-found when the bytes are gone; busy when they are elsewhere and cannot be had now. */
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

/** The one byte range asked for; undefined when there is none or it is of a form that is not served. Throws range-not-satisfiable. */
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
