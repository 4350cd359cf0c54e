import { createReadStream, mkdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import type { CopyDatabase, RunProgramFile } from "../../operating/replica.ts";

const program = join(import.meta.dirname, "copy-program.ts");

/** Copies leave this much of the disk free for the server. */
const spareBytes = 64 * 1024 * 1024;

/**
 * Copies databases into a folder beside them, after removing what earlier copies left there. Another process makes the
 * copy, because SQLite would block the event loop meanwhile, and a thread could not be stopped in the middle.
 */
export function createDatabaseCopier({
  dataDir,
  run,
}: {
  dataDir: string;
  run: RunProgramFile;
}): CopyDatabase {
  return async (name, signal) => {
    const folder = join(dataDir, "copying");
    const [source, target] = [join(dataDir, `${name}.db`), join(folder, `${name}.db.zst`)];
    const remove = () => rmSync(folder, { recursive: true, force: true });
    remove();
    assertRoom(dataDir, source);
    mkdirSync(folder, { mode: 0o700 });
    try {
      const { exitCode, stdout, stderr } = await run({ page: program, args: [source, target] }, signal);
      if (exitCode !== 0) throw new Error(`${name}.db could not be copied: ${stderr.trim()}`);
      const facts = JSON.parse(stdout) as { sizeBytes: number; sha256: string };
      return { ...facts, open: () => createReadStream(target), remove };
    } catch (error) {
      remove();
      throw error;
    }
  };
}

/** For a while the copy and its compressed form are on the disk together. */
function assertRoom(dataDir: string, source: string): void {
  const neededBytes = 2 * (bytesOf(source) + bytesOf(`${source}-wal`)) + spareBytes;
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < neededBytes)
    throw new AppError(
      "storage-full",
      `A copy of ${source} needs ${megabytes(neededBytes)} of disk space, but only ${megabytes(bavail * bsize)} are free. Free some space.`,
    );
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}
