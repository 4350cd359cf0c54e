import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes the lock files of git commands that were killed: git refuses to write beside one for ever. Only for a time at
 * which no git command of this server runs. Follows no links; what cannot be read or removed stays.
 */
export async function removeStaleLocks(workspacesDir: string): Promise<void> {
  const workspaces = (await entriesOf(workspacesDir)).filter(({ name }) => /^wsp_[0-9a-z]{1,64}$/.test(name));
  for (const { name } of workspaces.filter((entry) => entry.isDirectory())) {
    const folder = await folderIn(join(workspacesDir, name), ".git");
    if (folder !== undefined) await removeLocks(folder);
    const refs = folder && (await folderIn(folder, "refs"));
    if (refs !== undefined) await removeLocksBelow(refs);
  }
}

/** A folder of that name, and no link to one. */
async function folderIn(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name);
  const stat = await lstat(path).catch(() => undefined);
  return stat?.isDirectory() === true ? path : undefined;
}

/** Such as index.lock and packed-refs.lock. */
async function removeLocks(folder: string): Promise<void> {
  for (const entry of await entriesOf(folder))
    if (entry.isFile() && entry.name.endsWith(".lock"))
      await rm(join(folder, entry.name), { force: true }).catch(() => {});
}

async function removeLocksBelow(folder: string): Promise<void> {
  await removeLocks(folder);
  for (const entry of await entriesOf(folder))
    if (entry.isDirectory()) await removeLocksBelow(join(folder, entry.name));
}

async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}
