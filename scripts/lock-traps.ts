/** The part of package-lock.json that matters here. */
export interface Lock {
  packages: Record<string, LockedPackage>;
}

interface LockedPackage {
  optional?: boolean;
  engines?: unknown;
  gypfile?: boolean;
}

/** Packages that contain their compiled code. Their package.json says `gypfile: false`, which npm leaves out of the lock. */
const prebuilt = ["node_modules/better-sqlite3"];

/**
 * Works around two habits of npm 9 and 10 on an older Node. They skip optional packages whose `engines` exclude the
 * Node that runs npm, such as the binary of rolldown, although the project runs on a newer one. And they compile every
 * package with a `binding.gyp`, although a bare machine has no compiler.
 */
export function withoutOldNpmTraps(lock: Lock): Lock {
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (entry.optional) delete entry.engines;
    if (prebuilt.includes(path)) entry.gypfile = false;
  }
  return lock;
}
