import { createReadStream, mkdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import type { CopyDatabase, RunProgramFile } from "../../operating/replica.ts";

const program = join(import.meta.dirname, "copy-program.ts");
/** What the copies leave free, for the server to go on with. */
const spareBytes = 64 * 1024 * 1024;

/**
 * Copies of databases in a folder beside them; what earlier ones left there is removed. Another process makes them, since
 * SQLite would hold the event loop for as long as it takes, and a thread could not be stopped in the middle.
 */
export function createDatabaseCopier({
  dataDir,
  run,
}: {
  dataDir: string;
  run: RunProgramFile;
}): CopyDatabase {
  const folder = join(dataDir, "copying");
  return async (name, signal) => {
    const source = join(dataDir, `${name}.db`);
    rmSync(folder, { recursive: true, force: true });
    assertRoom(dataDir, source);
    mkdirSync(folder, { mode: 0o700 });
    const target = join(folder, `${name}.db.zst`);
    const remove = () => rmSync(folder, { recursive: true, force: true });
    try {
      const said = await run({ page: program, args: [source, target] }, signal);
      if (said.exitCode !== 0) throw new Error(`${name}.db could not be copied: ${said.stderr.trim()}`);
      const facts = JSON.parse(said.stdout) as { sizeBytes: number; sha256: string };
      return { ...facts, open: () => createReadStream(target), remove };
    } catch (error) {
      remove();
      throw error;
    }
  };
}

/** The copy and what it is compressed to are on the disk together for a while. */
function assertRoom(dataDir: string, source: string): void {
  const neededBytes = 2 * (bytesOf(source) + bytesOf(`${source}-wal`)) + spareBytes;
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < neededBytes)
    throw new AppError(
      "storage-full",
      `A copy of ${source} needs ${megabytes(neededBytes)} of the disk, and ${megabytes(bavail * bsize)} are free.`,
    );
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}
