import { closeSync, fsyncSync, mkdirSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";

/** The name is on disk when this returns, and so is that of a folder made for it. */
export function moveSynced(from: string, to: string): void {
  const folder = dirname(to);
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  renameSync(from, to);
  syncFolder(folder);
  if (made !== undefined) syncFolder(dirname(folder));
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
