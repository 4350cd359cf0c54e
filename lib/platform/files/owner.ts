import type { FileHandle } from "node:fs/promises";
import { lchown } from "node:fs/promises";

/** The user that owns what the server writes into workspaces, where that is another one than the server's own. */
export interface FileOwner {
  uid: number;
  gid: number;
}

export async function giveFile(handle: FileHandle, owner: FileOwner | undefined): Promise<void> {
  if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
}

/** For an entry in a folder that is held open. Never follows a link. */
export async function giveEntry(path: string, owner: FileOwner | undefined): Promise<void> {
  if (owner !== undefined) await lchown(path, owner.uid, owner.gid);
}
