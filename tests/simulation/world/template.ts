import { accessSync, constants, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../lib/ports/clock.ts";
import { openStorage } from "../../../lib/storage/index.ts";

/** Data folders on real files, in memory where the host has a place for that. */
export interface Folders {
  /** A new one, with databases that hold nothing yet. */
  fresh(): string;
  remove(folder: string): void;
  close(): void;
}

export function openFolders(): Folders {
  const root = mkdtempSync(join(fastestPlace(), "simulation-"));
  const template = join(root, "template");
  openStorage({ dataDir: template, clock: systemClock, fileBytesMax: 1 }).close();
  let count = 0;
  return {
    fresh: () => {
      const folder = join(root, String(count++));
      cpSync(template, folder, { recursive: true });
      return folder;
    },
    remove: (folder) => rmSync(folder, { recursive: true, force: true }),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

function fastestPlace(): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
