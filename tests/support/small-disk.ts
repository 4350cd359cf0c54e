import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder whose `data` is a disk of 12 MiB. */
export interface SmallDisk {
  folder: string;
  /** False where mounting is not permitted; then there is no small disk. */
  isMounted: boolean;
  /** Leaves no room. */
  fill(): void;
  makeRoom(): void;
  remove(): void;
}

export function mountSmallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-full-"));
  const disk = join(folder, "data");
  const ballast = join(disk, "ballast");
  mkdirSync(disk);
  const mounting = spawnSync("mount", ["-t", "tmpfs", "-o", "size=12m,mode=0700", "tmpfs", disk]);
  return {
    folder,
    isMounted: mounting.status === 0,
    fill: () => {
      const { bavail, bsize } = statfsSync(disk);
      for (let size = bavail * bsize; size > 0; size = Math.floor(size / 2)) append(ballast, size);
    },
    makeRoom: () => rmSync(ballast),
    remove: () => {
      if (mounting.status === 0) spawnSync("umount", ["--lazy", disk]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function append(path: string, size: number): void {
  try {
    writeFileSync(path, Buffer.alloc(size), { flag: "a" });
  } catch {
    // As much as fitted is there.
  }
}
