import { lstat, readFile, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { refuseForeignParts } from "./foreign-parts.ts";
import { unusable } from "./unusable.ts";

/**
 * Throws AppError workspace-not-ready when the git folder of a submodule lies outside of the workspace. Git reads the
 * present commit of each submodule from there, so a diff would show a commit of another repository of the host.
 * `paths` are tracked paths; those that are no submodule are ignored.
 */
export async function refuseForeignSubmodules(root: string, paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => refuseForeignSubmodule(root, path)));
}

async function refuseForeignSubmodule(root: string, path: string): Promise<void> {
  const gitFolder = await gitFolderOf(root, path);
  const real = gitFolder && (await realpath(gitFolder).catch(() => undefined));
  if (real === undefined) return; // There is none, or git cannot read it either.
  const isShared = (await lstat(join(real, "commondir")).catch(() => undefined)) !== undefined;
  if (isShared || !real.startsWith(`${await realpath(root)}/`)) throw unusable(foreign(path));
  await refuseForeignParts(real);
}

function foreign(path: string): string {
  return `the git folder of the submodule ${path} is outside of the workspace`;
}

/** `.git` of a submodule, or the folder that a file of this name leads to. Undefined where there is none. */
async function gitFolderOf(root: string, path: string): Promise<string | undefined> {
  const place = join(root, path, ".git");
  const stat = await lstat(place).catch(() => undefined);
  if (stat === undefined || stat.isDirectory()) return stat && place;
  if (!stat.isFile()) throw unusable(foreign(path));
  const line = /^gitdir: (.+)/.exec((await readFile(place, "utf8")).slice(0, 4096))?.[1];
  return line === undefined ? undefined : resolve(join(root, path), line.trimEnd());
}
