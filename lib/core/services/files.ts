import { timestamp } from "../../ports/clock.ts";
import { AppError } from "../../errors.ts";
import type { File } from "../../file.ts";
import type { FileService } from "../../ports/services.ts";
import { requireFound } from "../journal/task-records.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { head } from "../../well-formed.ts";

export function createFiles({
  storage,
  clock,
  newId,
}: Pick<Runtime, "storage" | "clock" | "newId">): FileService {
  const { files, attachments } = storage;
  const get = (id: string) => requireFound(files.get(id), "file", id);
  return {
    get,
    content: attachments,
    receive: async ({ filename, bytes }) => {
      const { sizeBytes, sha256, mediaType, keep, discard } = await attachments.receive(bytes);
      const commit = (): File => {
        const file = {
          id: newId("fil"),
          name: labelOf(filename),
          mediaType,
          sizeBytes,
          sha256,
          createdAt: timestamp(clock.now()),
        };
        keep(file.id);
        files.create(file);
        return file;
      };
      return { commit, discard };
    },
    remove: (id) => {
      const file = get(id);
      if (files.isInUse(id))
        throw new AppError("file-in-use", `A message refers to ${file.name}. Delete its session first.`);
      files.remove(id);
      attachments.remove(id);
    },
  };
}

/**
 * The last part of whatever was sent, without control or direction characters: fit to be shown, never used as a path. Joiners
 * stay, since emoji and some scripts are spelled with them.
 */
function labelOf(filename: string | null): string {
  const last = (filename ?? "").split(/[\\/]/).at(-1) ?? "";
  const label = head(last.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu, "").trim(), 255);
  return /^[\u200c\u200d]*$|^\.\.?$/.test(label) ? "file" : label;
}
