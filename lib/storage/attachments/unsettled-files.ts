import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withStorageErrors } from "../disk/storage-errors.ts";

/**
 * Notes of files whose record and bytes are about to change, in a folder: bytes cannot be part of a transaction, so a
 * kill may leave the one without the other.
 */
export interface UnsettledFiles {
  /** From before the record changes until the bytes have followed. */
  note(fileId: string): { settle(): void };
}

/** Those that a former run did not settle. */
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
