import { lstatSync, readFileSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Who besides root could change what is at a path: the owner or the group of the file, of a folder above it, or of the
 * same for a link on the way. The answer completes "because ..."; undefined when nobody can. With `isChosen`, the user of
 * the server and a group may own them, but others still may not write.
 */
export function whoCanChange(path: string, { isChosen }: { isChosen: boolean }): string | undefined {
  try {
    for (const [part, stat] of partsOf(path)) {
      const reason = reasonAgainst(stat, isChosen);
      if (reason !== undefined) return `${part} ${reason}`;
    }
    return undefined;
  } catch {
    return `${path} cannot be examined`;
  }
}

/** More links than any system has on the way to a program. */
const linksMax = 40;

/** The folders from the root to a path, and the path. A link is followed by the parts of its target. */
function* partsOf(path: string, linksLeft = linksMax): Generator<[path: string, stat: Stats]> {
  const parent = dirname(path);
  if (parent !== path) yield* partsOf(parent, linksLeft);
  const stat = lstatSync(path);
  yield [path, stat];
  if (!stat.isSymbolicLink()) return;
  if (linksLeft === 0) throw new Error("There are too many links.");
  yield* partsOf(resolve(realpathSync(parent), readlinkSync(path)), linksLeft - 1);
}

function reasonAgainst(stat: Stats, isChosen: boolean): string | undefined {
  const isOwn = isChosen && stat.uid === process.getuid?.();
  if (stat.uid !== 0 && !isOwn && !isOfNobodyHere(stat.uid))
    return `belongs to user ${stat.uid}, not to root`;
  if (stat.isSymbolicLink() || isSticky(stat)) return undefined; // Only its owner can replace an entry of a sticky folder.
  if ((stat.mode & 0o002) !== 0) return "can be written by everybody";
  if ((stat.mode & 0o020) !== 0 && stat.gid !== 0 && !isChosen) return `can be written by group ${stat.gid}`;
  return undefined;
}

function isSticky(stat: Stats): boolean {
  return stat.isDirectory() && (stat.mode & 0o1000) !== 0;
}

/**
 * In a user namespace, files of a user who has no id there seem to belong to the overflow id. No process in the namespace
 * can become this user. Where the overflow id is an ordinary one, as outside of namespaces, its files are not trusted.
 */
function isOfNobodyHere(uid: number): boolean {
  unmappedUser ??= readUnmappedUser();
  return uid === unmappedUser;
}

let unmappedUser: number | undefined;

/** -1 when the overflow id belongs to a real user, as it usually does. */
function readUnmappedUser(): number {
  try {
    const id = Number(readFileSync("/proc/sys/kernel/overflowuid", "latin1"));
    const ranges = readFileSync("/proc/self/uid_map", "latin1").trim().split("\n");
    const isMapped = ranges.some((range) => {
      const [first = 0, , count = 0] = range.trim().split(/\s+/).map(Number);
      return id >= first && id < first + count;
    });
    return isMapped ? -1 : id;
  } catch {
    return -1; // This system has no user namespaces.
  }
}
