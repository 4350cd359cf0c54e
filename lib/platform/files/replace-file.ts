import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import type { ReachFailpoint } from "../../ports/failpoint.ts";
import { newFile } from "./open-flags.ts";
import type { TemporaryFiles } from "./temporary-file-notes.ts";
import type { WalkedEntry } from "./walk.ts";

export interface Replacement {
  root: string;
  content: string | Uint8Array;
  unfinished: TemporaryFiles;
  reach: ReachFailpoint;
}

/**
 * Written beside and renamed: nobody reads half of it, and another name of the old file keeps the old content. When it
 * returns, a power cut takes nothing back: the journal says next that it is done.
 */
export async function replaceFile(
  spot: WalkedEntry,
  { root, content, unfinished, reach }: Replacement,
): Promise<void> {
  await spot.folder.check(root);
  const name = `.talkcody-${randomBytes(8).toString("hex")}.tmp`;
  const forget = unfinished.note([...spot.segments.slice(0, -1), name]);
  try {
    await writeTemporary(spot, name, content);
    reach("file.written");
    await spot.folder.check(root);
    await rename(spot.folder.at(name), spot.folder.at(spot.name));
    reach("file.renamed");
    await spot.folder.sync();
  } catch (error) {
    await unlink(spot.folder.at(name)).catch(() => {});
    throw error;
  } finally {
    forget();
  }
}

async function writeTemporary(spot: WalkedEntry, name: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(spot.folder.at(name), newFile, 0o666);
  try {
    await handle.writeFile(content);
    if (spot.stat) await keepOwnership(handle, spot.stat);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function keepOwnership(handle: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  await handle.chown(uid, gid).catch(() => {}); // Only root may give files away.
  await handle.chmod(mode & 0o777);
}
