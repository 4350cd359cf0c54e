import { chownSync, lchownSync, mkdirSync, readFileSync, statSync } from "node:fs";
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

/**
 * Who owns what the server writes into workspaces. Undefined where that is the server itself, and where the host has no
 * such user: in a user namespace that does not map it nothing can be given to it, and the self-test fails.
 */
export function ownerOfWorkspaces(toolUid: number): FileOwner | undefined {
  const { uid, gid, isOther } = findToolUser(toolUid);
  return isOther && isMapped(uid) ? { uid, gid } : undefined;
}

/** As user_namespaces(7) describes: each line has the first id inside, the first outside, and how many there are. */
export function isMapped(uid: number): boolean {
  const ranges = readFileSync("/proc/self/uid_map", "latin1").trim().split("\n");
  return ranges.some((line) => {
    const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
    return uid >= first && uid < first + count;
  });
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
