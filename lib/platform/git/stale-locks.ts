import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes lock files that killed git commands left, because git refuses to write while they exist. Call it only while no
 * git command of this server runs. Follows no links. Ignores what cannot be read or removed.
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

/** The path of a folder in `folder`; undefined when it is missing or a link. */
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
