import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath } from "node:fs/promises";
import { outsideWorkspace } from "./path-rules.ts";

/**
 * A folder that is held open. Where the kernel offers `/proc/self/fd`, names are looked up in the very folder that was
 * opened, whatever its path leads to meanwhile; elsewhere its path is checked again.
 */
export interface HeldFolder {
  /** The path for a system call on an entry. */
  at(name: string): string;
  /** Throws a ToolFailure when the folder is outside of the root by now. */
  check(root: string): Promise<void>;
  /** Makes the names in it survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const hasDescriptorPaths = process.platform === "linux";

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Opens a folder that must not be a link. */
export async function holdFolder(path: string, realPath: string): Promise<HeldFolder> {
  const handle = await open(path, folderFlags);
  const base = hasDescriptorPaths ? `/proc/self/fd/${handle.fd}` : realPath;
  return {
    at: (name) => `${base}/${name}`,
    check: async (root) => {
      const now = await placeOf(handle, realPath);
      if (now !== root && !now.startsWith(`${root}/`)) throw outsideWorkspace(realPath);
    },
    sync: () => handle.sync().catch(passOverUnsyncable),
    close: () => handle.close(),
  };
}

/** Some network disks know no such thing for folders. */
function passOverUnsyncable(error: NodeJS.ErrnoException): void {
  if (error.code !== "EINVAL" && error.code !== "ENOTSUP") throw error;
}

/** Where something open is just now. */
function placeOf(handle: FileHandle, path: string): Promise<string> {
  return hasDescriptorPaths ? readlink(`/proc/self/fd/${handle.fd}`) : realpath(path);
}
