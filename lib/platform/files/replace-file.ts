import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import type { ReachFailpoint } from "../../ports/failpoint.ts";
import { newFile } from "./open-flags.ts";
import { type FileOwner, giveFile } from "./owner.ts";
import type { TemporaryFiles } from "./temporary-file-notes.ts";
import type { WalkedEntry } from "./walk.ts";

export interface Replacement {
  root: string;
  content: string | Uint8Array;
  owner: FileOwner | undefined;
  unfinished: TemporaryFiles;
  reach: ReachFailpoint;
}

/**
 * Writes a temporary file beside the target and renames it. So nobody reads half of it, and a hard link to the old file
 * keeps the old content. When this returns, the file and its name are on disk, because the journal records next that the
 * write is done.
 */
export async function replaceFile(
  entry: WalkedEntry,
  { root, content, owner, unfinished, reach }: Replacement,
): Promise<void> {
  await entry.folder.check(root);
  const name = `.talkcody-${randomBytes(8).toString("hex")}.tmp`;
  const forget = unfinished.note([...entry.segments.slice(0, -1), name]);
  try {
    await writeTemporary(entry, name, { content, owner });
    reach("file.written");
    await entry.folder.check(root);
    await rename(entry.folder.at(name), entry.folder.at(entry.name));
    reach("file.renamed");
    await entry.folder.sync();
  } catch (error) {
    await unlink(entry.folder.at(name)).catch(() => {});
    throw error;
  } finally {
    forget();
  }
}

async function writeTemporary(
  entry: WalkedEntry,
  name: string,
  { content, owner }: Pick<Replacement, "content" | "owner">,
): Promise<void> {
  const handle = await open(entry.folder.at(name), newFile, 0o666);
  try {
    await handle.writeFile(content);
    if (entry.stat) await keepOwnership(handle, entry.stat);
    else await giveFile(handle, owner);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function keepOwnership(handle: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  await handle.chown(uid, gid).catch(() => {}); // Only root may change the owner.
  await handle.chmod(mode & 0o777);
}
