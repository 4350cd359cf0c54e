import { AppError, requireFound } from "../../errors.ts";
import type { File, ReceivedBytes } from "../../file.ts";
import { timestamp } from "../../ports/clock.ts";
import type { FileService } from "../../ports/services.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { head } from "../../well-formed.ts";

type FilesContext = Pick<Runtime, "storage" | "clock" | "newId">;

export function createFiles(context: FilesContext): FileService {
  const { files, attachments } = context.storage;
  return {
    get: (id) => requireFound(files.get(id), "file", id),
    content: attachments,
    receive: async ({ filename, bytes }) => {
      const received = await attachments.receive(bytes);
      return { commit: () => storeFile(context, filename, received), discard: received.discard };
    },
    remove: (id) => removeFile(context, id),
  };
}

function storeFile(
  { storage, clock, newId }: FilesContext,
  filename: string | null,
  { sizeBytes, sha256, mediaType, keep }: ReceivedBytes,
): File {
  const name = labelOf(filename);
  const createdAt = timestamp(clock.now());
  const file = { id: newId("fil"), name, mediaType, sizeBytes, sha256, createdAt };
  keep(file.id);
  storage.files.create(file);
  return file;
}

function removeFile({ storage: { files, attachments } }: FilesContext, id: string): void {
  const file = requireFound(files.get(id), "file", id);
  if (files.isInUse(id))
    throw new AppError("file-in-use", `A message refers to ${file.name}. Delete its session first.`);
  files.remove(id);
  attachments.remove(id);
}

/**
 * The last part of the sent name, without control and direction characters. It is shown to people and never used as a
 * path. Joiners stay, since emoji and some scripts are spelled with them.
 */
function labelOf(filename: string | null): string {
  const last = (filename ?? "").split(/[\\/]/).at(-1) ?? "";
  const label = head(last.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu, "").trim(), 255);
  return /^[\u200c\u200d]*$|^\.\.?$/.test(label) ? "file" : label;
}
