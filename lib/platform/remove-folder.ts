import { chmod, lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Deletes a folder and all in it, also what its owner made read-only. A folder that is not there is fine. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    await openUp(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Package caches make their folders read-only, and then nothing in them can be deleted. */
async function openUp(path: string): Promise<void> {
  const stat = await lstat(path).catch(() => undefined);
  if (!stat?.isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openUp(join(path, name));
}
