import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mountSmall } from "./small-disk.ts";

/** Throws, saying why, where no small disk can be mounted. */
export function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-disk-"));
  try {
    mountSmall(folder, "1m")();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
