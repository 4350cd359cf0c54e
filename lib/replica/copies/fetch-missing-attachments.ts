import { AppError, isTransient } from "../../errors.ts";
import type { Attachments, File, FileStore, ReceivedBytes } from "../../file.ts";
import { attachmentKey, ReplicaError, type ObjectStore } from "../../operating/object-store.ts";

export interface MissingAttachmentsOptions {
  attachments: Attachments;
  files: Pick<FileStore, "get">;
  store: ObjectStore;
  signal: AbortSignal;
}

/** Attachments whose bytes are fetched from the replica, and kept, when somebody wants them and this disk has none. */
export function fetchMissingAttachments({
  attachments,
  files,
  store,
  signal,
}: MissingAttachmentsOptions): Attachments {
  const underway = new Map<string, Promise<void>>();
  const fetchOnce = (file: File) => {
    const fetching = underway.get(file.id) ?? fetchInto(attachments, file, { files, store, signal });
    underway.set(file.id, fetching);
    return fetching.finally(() => underway.delete(file.id));
  };
  const orFetched = async <T>(fileId: string, attempt: () => Promise<T>): Promise<T> => {
    try {
      return await attempt();
    } catch (error) {
      const file = isNotFound(error) ? files.get(fileId) : undefined;
      if (file === undefined) throw error;
      await fetchOnce(file);
      return attempt();
    }
  };
  return {
    ...attachments,
    open: (fileId, range) => orFetched(fileId, () => attachments.open(fileId, range)),
    read: (fileId) => orFetched(fileId, () => attachments.read(fileId)),
  };
}

async function fetchInto(
  attachments: Attachments,
  file: File,
  { files, store, signal }: Pick<MissingAttachmentsOptions, "files" | "store" | "signal">,
): Promise<void> {
  try {
    const bytes = await store.get(attachmentKey(file.sha256), signal);
    if (bytes === undefined) throw lost(file, "neither this disk nor the replica has them");
    const received = await attachments.receive(bytes);
    if (received.sha256 === file.sha256) return keep(received, file, files);
    received.discard();
    throw lost(file, "this disk has none, and what the replica has in their place is something else");
  } catch (error) {
    throw told(file, error);
  }
}

/** Unless it was removed while they came: bytes without a record would stay for ever. */
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

function told(file: File, error: unknown): unknown {
  const why = isTransient(error) ? "this disk has no room for them" : reasonOf(error);
  if (why === undefined) return error;
  return new AppError(
    "busy",
    `The bytes of ${file.name} are in the replica only, and ${why}. Try again later.`,
    {
      cause: error,
      retryAfterSeconds: 30,
    },
  );
}

/** A line that breaks while the bytes come has a code of the system. */
function reasonOf(error: unknown): string | undefined {
  const isCut = error instanceof Error && "code" in error && !(error instanceof AppError);
  return error instanceof ReplicaError || isCut ? "it does not answer as it should" : undefined;
}
