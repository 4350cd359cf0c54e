/** The part of package-lock.json that matters here. */
export interface Lock {
  packages: Record<string, LockedPackage>;
}

interface LockedPackage {
  optional?: boolean;
  engines?: unknown;
  gypfile?: boolean;
}

/** Ship what they would compile. Their package.json says so with the same word, which npm leaves out of the lock. */
const prebuilt = ["node_modules/better-sqlite3"];

/**
 * Two things npm 9 and 10 do on an older Node, although the packages run on the Node of the project:
 * they leave out each optional package whose `engines` exclude the Node that npm runs on, such as the binary of
 * rolldown, and they compile each package that has a `binding.gyp`, for which a bare machine has no compiler.
 */
export function withoutOldNpmTraps(lock: Lock): Lock {
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (entry.optional) delete entry.engines;
    if (prebuilt.includes(path)) entry.gypfile = false;
  }
  return lock;
}
