import { closeSync, fsyncSync, openSync, writeFileSync } from "node:fs";
import { withStorageErrors } from "./storage-errors.ts";
import { moveSynced } from "./move-synced.ts";

/** A small file, replaced in one step and on disk when this returns. Throws AppError storage-full where the disk is. */
export function writeSynced(path: string, text: string): void {
  withStorageErrors(() => {
    const descriptor = openSync(`${path}.new`, "w", 0o600);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    moveSynced(`${path}.new`, path);
  });
}
