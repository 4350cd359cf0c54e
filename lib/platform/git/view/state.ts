import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { WorktreeState } from "../../../ports/git.ts";
import { readStatus } from "./status.ts";
import type { GitView } from "./view.ts";

/** The commit, what differs from it, and what makes git run a program: its configuration and hooks. */
export async function readWorktreeState(view: GitView): Promise<WorktreeState> {
  const { head, branch, changes, truncated } = await readStatus(view);
  const paths = changes.map(({ path }) => path);
  const [changed, others] = [paths.slice(0, changedMax), paths.slice(changedMax)];
  const links = await Promise.all(changed.map((path) => linkTarget(join(view.root, path))));
  const versions = await Promise.all(others.map((path) => versionOf(join(view.root, path))));
  const state = [head, branch, changes, truncated, links, versions, await programsOf(view)];
  return { summary: JSON.stringify(state), changed };
}

/** The caller reads the contents of so many files. Of the others the summary holds inode, size and times. */
const changedMax = 200;

/** Where a symbolic link leads; null for anything else. */
async function linkTarget(path: string): Promise<string | null> {
  return readlink(path).catch(() => null);
}

const hooksMax = 100;

/** Versions of the files in `.git` that name or hold programs. */
async function programsOf({ root }: GitView): Promise<string[]> {
  const folder = join(root, ".git");
  const hooks = await readdir(join(folder, "hooks")).catch(() => []);
  const named = [
    "config",
    "config.worktree",
    "info/attributes",
    ...hooks
      .toSorted()
      .slice(0, hooksMax)
      .map((hook) => `hooks/${hook}`),
  ];
  return Promise.all(named.map((name) => versionOf(join(folder, name))));
}

async function versionOf(path: string): Promise<string> {
  const stat = await lstat(path).catch(() => undefined);
  return stat === undefined ? "" : [stat.mode, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(" ");
}
