import { chownSync, lchownSync, mkdirSync, statSync } from "node:fs";
import type { FileOwner } from "../files/owner.ts";

/** The user of the host under which commands run. */
export interface ToolUser extends FileOwner {
  /** The server is root, so commands get another user, and what they may write belongs to that user. */
  isOther: boolean;
}

/** Never uid 0: a root server runs commands as `toolUid`. */
export function findToolUser(toolUid: number): ToolUser {
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  if (uid !== 0) return { uid, gid, isOther: false };
  return { uid: toolUid, gid: toolUid, isOther: true };
}

/** Creates a folder that commands may write. */
export function makeToolFolder(path: string, user: ToolUser): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (user.isOther && statSync(path).uid !== user.uid) chownSync(path, user.uid, user.gid);
}

/** Gives one entry to the tool user. Does nothing where the server is no root. */
export function giveToToolUser(path: string, user: ToolUser): void {
  if (user.isOther) lchownSync(path, user.uid, user.gid);
}
