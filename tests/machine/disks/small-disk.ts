import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder whose `data` is a disk of 12 MiB. */
export interface SmallDisk {
  folder: string;
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
  const unmount = mountSmall(disk, "12m");
  return {
    folder,
    fill: () => {
      const { bavail, bsize } = statfsSync(disk);
      for (let size = bavail * bsize; size > 0; size = Math.floor(size / 2)) append(ballast, size);
    },
    makeRoom: () => rmSync(ballast),
    remove: () => {
      unmount();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the folder a disk of that size; `files` is how many it can hold, by default as many as fit. Gives what takes it away again. Throws where mounting is not permitted. */
export function mountSmall(folder: string, size: string, files = "0"): () => void {
  const { status, stderr } = spawnSync("mount", [
    "-t",
    "tmpfs",
    "-o",
    `size=${size},mode=0700${files === "0" ? "" : `,nr_inodes=${files}`}`,
    "tmpfs",
    folder,
  ]);
  if (status !== 0) throw new Error(`The tests of full disks mount small ones, as root: ${String(stderr)}`);
  return () => void spawnSync("umount", ["--lazy", folder]);
}

function append(path: string, size: number): void {
  try {
    writeFileSync(path, Buffer.alloc(size), { flag: "a" });
  } catch {
    // As much as fitted is there.
  }
}
