import { AppError, isTransient } from "../../errors.ts";
import type { Attachments, File, FileStore, ReceivedBytes } from "../../file.ts";
import { attachmentKey, ReplicaError, type ObjectStore } from "../../operating/object-store.ts";

export interface MissingAttachmentsOptions {
  attachments: Attachments;
  files: Pick<FileStore, "get">;
  store: ObjectStore;
  signal: AbortSignal;
}

/** Attachments that fetch the bytes of a file from the replica, and keep them, when they are read and this disk has none. */
export function fetchMissingAttachments(options: MissingAttachmentsOptions): Attachments {
  const { attachments } = options;
  const fetching: Fetching = new Map();
  return {
    ...attachments,
    open: (fileId, range) => orFetched(options, fetching, fileId, () => attachments.open(fileId, range)),
    read: (fileId) => orFetched(options, fetching, fileId, () => attachments.read(fileId)),
  };
}

/** Fetches in progress, by the id of the file. */
type Fetching = Map<string, Promise<void>>;

async function orFetched<T>(
  options: MissingAttachmentsOptions,
  fetching: Fetching,
  fileId: string,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const file = isNotFound(error) ? options.files.get(fileId) : undefined;
    if (file === undefined) throw error;
    await fetchOnce(options, fetching, file);
    return read();
  }
}

/** Readers who come while a file is fetched wait for the same fetch. */
function fetchOnce(options: MissingAttachmentsOptions, fetching: Fetching, file: File): Promise<void> {
  const fetched = fetching.get(file.id) ?? fetchBytes(options, file);
  fetching.set(file.id, fetched);
  return fetched.finally(() => fetching.delete(file.id));
}

async function fetchBytes(
  { attachments, files, store, signal }: MissingAttachmentsOptions,
  file: File,
): Promise<void> {
  try {
    const bytes = await store.get(attachmentKey(file.sha256), signal);
    if (bytes === undefined) throw lost(file, "they are neither on this disk nor in the replica");
    const received = await attachments.receive(bytes);
    if (received.sha256 === file.sha256) return keep(received, file, files);
    received.discard();
    throw lost(file, "they are not on this disk, and the replica holds other bytes in their place");
  } catch (error) {
    throw asFetchFailure(file, error);
  }
}

/** The file may have been removed meanwhile. Bytes without a record would never be removed. */
function keep(received: ReceivedBytes, file: File, files: Pick<FileStore, "get">): void {
  if (files.get(file.id) === undefined) received.discard();
  else received.keep(file.id);
}

function isNotFound(error: unknown): boolean {
  return error instanceof AppError && error.code === "not-found";
}

function lost(file: File, why: string): AppError {
  return new AppError("not-found", `The bytes of ${file.name} are lost: ${why}. Upload the file again.`);
}

function asFetchFailure(file: File, cause: unknown): unknown {
  const reason = isTransient(cause) ? "this disk has no room for them" : replicaFailure(cause);
  if (reason === undefined) return cause;
  return new AppError(
    "busy",
    `The bytes of ${file.name} are only in the replica, and ${reason}. Try again later.`,
    { cause, retryAfterSeconds: 30 },
  );
}

/** An error with a code of the system means that the connection broke while the bytes came. */
function replicaFailure(error: unknown): string | undefined {
  const isBroken = error instanceof Error && "code" in error && !(error instanceof AppError);
  return error instanceof ReplicaError || isBroken ? "the replica does not answer as it should" : undefined;
}
