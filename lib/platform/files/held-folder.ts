import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath } from "node:fs/promises";
import { outsideWorkspace } from "./path-rules.ts";

/**
 * A folder that is held open. On Linux, names are looked up through `/proc/self/fd` in the very folder that was opened,
 * even when its path leads somewhere else meanwhile. On other systems the path is checked again.
 */
export interface HeldFolder {
  /** The path of an entry, for a system call. */
  at(name: string): string;
  /** Throws a ToolFailure when the folder is no longer inside the root. */
  check(root: string): Promise<void>;
  /** Puts the names in it on disk, so that they survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const hasDescriptorPaths = process.platform === "linux";

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Opens a folder. Rejects with ELOOP or ENOTDIR when the path is a link. `realPath` is the same folder without links. */
export async function holdFolder(path: string, realPath: string): Promise<HeldFolder> {
  const handle = await open(path, folderFlags);
  const base = hasDescriptorPaths ? `/proc/self/fd/${handle.fd}` : realPath;
  return {
    at: (name) => `${base}/${name}`,
    check: async (root) => {
      const now = await placeOf(handle, realPath);
      if (now !== root && !now.startsWith(`${root}/`)) throw outsideWorkspace(realPath);
    },
    sync: () => handle.sync().catch(ignoreUnsupported),
    close: () => handle.close(),
  };
}

/** Some network disks cannot sync folders. */
function ignoreUnsupported(error: NodeJS.ErrnoException): void {
  if (error.code !== "EINVAL" && error.code !== "ENOTSUP") throw error;
}

/** The current path of an open folder. */
function placeOf(handle: FileHandle, path: string): Promise<string> {
  return hasDescriptorPaths ? readlink(`/proc/self/fd/${handle.fd}`) : realpath(path);
}
