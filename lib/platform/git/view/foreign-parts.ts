import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { unusable } from "./unusable.ts";

/**
 * Throws AppError workspace-not-ready when a git folder leads git to files outside of it: through links in the folders
 * that a view shares, or through alternates, which name further folders of objects. A command could make them, and the
 * git of the server would show objects of other workspaces, or write its log into a file of the host.
 */
export async function refuseForeignParts(gitFolder: string): Promise<void> {
  for (const name of ["HEAD", "config", "index"]) await refuseUnless("file", gitFolder, name);
  for (const name of ["alternates", "http-alternates"]) await refuseAlternates(gitFolder, name);
  const objects = await readFolder(gitFolder, "objects");
  const branches = ["refs", "logs", "info"].map((name) => readTree(gitFolder, name));
  const fanOut = objects.filter((entry) => entry.isDirectory());
  const below = fanOut.map(({ name }) => readTree(gitFolder, `objects/${name}`));
  const read = await Promise.all([...branches, ...below]);
  [objects, ...read].flat().forEach(refuseSpecial);
}

/** Missing is fine: who needs the file says so. */
async function refuseUnless(kind: "file" | "folder", gitFolder: string, name: string): Promise<void> {
  const stat = await lstat(join(gitFolder, name)).catch(() => undefined);
  if (stat === undefined) return;
  if (!(kind === "file" ? stat.isFile() : stat.isDirectory()))
    throw unusable(`.git/${name} is not a ${kind}`);
}

async function refuseAlternates(gitFolder: string, name: string): Promise<void> {
  const path = `objects/info/${name}`;
  const stat = await lstat(join(gitFolder, path)).catch(() => undefined);
  if (stat !== undefined)
    throw unusable(
      `.git/${path} names folders of objects outside of the workspace. Run \`git repack -a -d\` and remove the file`,
    );
}

async function readFolder(gitFolder: string, name: string): Promise<Dirent[]> {
  await refuseUnless("folder", gitFolder, name);
  return readdir(join(gitFolder, name), { withFileTypes: true }).catch(() => []);
}

async function readTree(gitFolder: string, name: string): Promise<Dirent[]> {
  await refuseUnless("folder", gitFolder, name);
  return readdir(join(gitFolder, name), { withFileTypes: true, recursive: true }).catch(() => []);
}

function refuseSpecial(entry: Dirent): void {
  if (entry.isFile() || entry.isDirectory()) return;
  const place = entry.parentPath.split("/.git/").at(-1) ?? "";
  throw unusable(`.git/${place}/${entry.name} is a link or a special file`);
}
