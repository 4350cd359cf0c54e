import type { Schemas } from "../packages/shared/src/index.ts";

export type File = Schemas["File"];

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
  /** Throws AppError not-found when the bytes are gone. */
  open(fileId: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  read(fileId: string): Promise<Uint8Array>;
  remove(fileId: string): void;
}
