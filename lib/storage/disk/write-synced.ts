import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { withStorageErrors } from "./storage-errors.ts";

/** Replaces a small file in one step. It is on disk when this returns. Throws AppError storage-full when the disk is full. */
export function writeSynced(path: string, text: string): void {
  withStorageErrors(() => {
    const unfinished = `${path}.new`;
    writeFileSync(unfinished, text, { mode: 0o600, flush: true });
    moveSynced(unfinished, path);
  });
}

/** Writes a new file. Its bytes are on disk when this returns; its name is not until `moveSynced`. */
export async function writeNewSynced(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk); // Continues where the last write ended.
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Renames. The new name is on disk when this returns, and so is the folder if it had to be made. */
export function moveSynced(from: string, to: string): void {
  const folder = dirname(to);
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  renameSync(from, to);
  syncPath(folder);
  if (made !== undefined) syncPath(dirname(folder));
}

/** Puts the bytes of a file, or the names in a folder, on disk. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
