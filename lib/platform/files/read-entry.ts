import type { Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import type { FileStat } from "../../workspace.ts";
import { existingFile } from "./open-flags.ts";
import { notAFile, refusal } from "./path-rules.ts";
import type { WalkedEntry } from "./walk.ts";

/** Reads a regular file. Throws a ToolFailure for anything else, and for more than `bytesMax`. */
export async function readEntry(
  entry: WalkedEntry,
  { root, path, bytesMax }: { root: string; path: string; bytesMax: number },
): Promise<Uint8Array> {
  await entry.folder.check(root);
  const handle = await open(entry.folder.at(entry.name), existingFile);
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw notAFile(path, found);
    if (found.nlink > 1) await refuseForeignLink(found, { root, path });
    const bytes = found.size > bytesMax ? undefined : await readAll(handle, bytesMax);
    if (bytes === undefined || bytes.length > bytesMax)
      throw refusal(
        "too-large",
        `${path} has more than ${bytesMax} bytes, the most that can be read at once.`,
      );
    return bytes;
  } finally {
    await handle.close();
  }
}

/**
 * A hard link looks like the file itself, so its other names cannot be found. Those of a file of another user than the
 * owner of the workspace are refused: it may lie outside. In the sandbox of commands there is nothing outside to link to.
 */
async function refuseForeignLink(file: Stats, { root, path }: { root: string; path: string }): Promise<void> {
  const { uid } = await stat(root);
  if (file.uid === uid) return;
  throw refusal(
    "outside",
    `${path} is a hard link to a file of another user, which may lie outside of the workspace. Copy the file into the workspace instead.`,
  );
}

/** Stops one byte over the limit, because the file may grow while it is read. */
async function readAll(handle: FileHandle, bytesMax: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  const stream = handle.createReadStream({ autoClose: false, end: bytesMax });
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function describeStat(stat: Stats): FileStat {
  const type = stat.isFile() ? "file" : stat.isDirectory() ? "folder" : "other";
  const { size, mtimeMs, ctimeMs, ino, mode } = stat;
  const version = [ino, size, mtimeMs, ctimeMs].join(" ");
  return { type, sizeBytes: size, modifiedAt: mtimeMs, mode, version };
}
