import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withStorageErrors } from "../disk/storage-errors.ts";

/**
 * Notes, in a folder, of files whose record and bytes are changing. Bytes cannot be part of a transaction, so a kill
 * between the two changes may leave bytes without a record.
 */
export interface UnsettledFiles {
  /** Call it before the record changes, and `settle` after the bytes have changed. */
  note(fileId: string): { settle(): void };
}

/** Files that an earlier run did not settle. */
export function unsettledFileIds(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false }) ? readdirSync(folder).filter(isFileId) : [];
}

export function createUnsettledFiles(folder: string): UnsettledFiles {
  return {
    note: (fileId) => {
      const path = join(folder, fileId);
      withStorageErrors(() => writeFileSync(path, "", { mode: 0o600 }));
      return { settle: () => rmSync(path, { force: true }) };
    },
  };
}

export function isFileId(name: string): boolean {
  return /^fil_[0-9a-z]{26}$/.test(name);
}
