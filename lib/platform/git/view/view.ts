import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SimpleGit } from "simple-git";
import { AppError } from "../../../errors.ts";
import type { ProcessResult } from "../../run-process.ts";
import type { AskGit, AskLimits, GitAnswer } from "../ask-git.ts";
import type { GitRun, RunGit } from "../run-git.ts";
import { refuseForeignParts } from "./foreign-parts.ts";
import { unusable } from "./unusable.ts";
import { viewConfig } from "./view-config.ts";

/**
 * A git directory of our own that shares objects, refs and index with the `.git` of a workspace, but takes only harmless
 * keys of its configuration. So nothing that an agent or a repository writes to `.git/config` or `.git/hooks` runs in our
 * git, and a workspace with such keys still works.
 */
export interface GitView {
  root: string;
  /** The index of the workspace. */
  indexFile: string;
  /** Null when detached. */
  branch: string | null;
  /** A folder for temporary files. */
  folder: string;
  run(args: readonly string[], run?: Omit<GitRun, "cwd">): Promise<ProcessResult>;
  /** The same git through simple-git, for output that simple-git parses well. */
  ask<T>(work: (git: SimpleGit) => Promise<T>, limits?: AskLimits): Promise<GitAnswer<T>>;
}

export interface ViewOptions {
  root: string;
  /** The folder for views. Commands do not see it. */
  viewsDir: string;
  runGit: RunGit;
  askGit: AskGit;
}

/**
 * Creates a view, runs `work` with it and removes it. Throws AppError workspace-not-ready when the folder is not a usable
 * repository, storage-full when the disk is full.
 */
export async function withView<T>(options: ViewOptions, work: (view: GitView) => Promise<T>): Promise<T> {
  await mkdir(options.viewsDir, { recursive: true, mode: 0o700 }).catch(refuseFull);
  const folder = await mkdtemp(join(options.viewsDir, "view-")).catch(refuseFull);
  try {
    return await work(await buildView(options, folder).catch(refuseFull));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A view needs a few KiB. */
function refuseFull(error: unknown): never {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
  throw new AppError(
    "storage-full",
    "The disk of the host is full, so git cannot work. Free some space, then try again.",
    { cause: error },
  );
}

async function buildView({ root, runGit, askGit }: ViewOptions, folder: string): Promise<GitView> {
  const source = join(root, ".git");
  await refuseLink(source);
  await refuseForeignParts(source);
  const head = await readHead(source);
  const config = await viewConfig({ source, folder, runGit });
  const parts = (await readdir(source)).filter((name) => shared.has(name) || name.startsWith("sharedindex."));
  await Promise.all([
    writeFile(join(folder, "HEAD"), `${head}\n`),
    writeFile(join(folder, "config"), config),
    writeFile(join(folder, "exclude"), ".talkcody/\n"),
    ...parts.map((name) => share(source, folder, name)),
  ]);
  const env = { GIT_DIR: folder, GIT_WORK_TREE: root, GIT_INDEX_FILE: join(source, "index") };
  return {
    root,
    folder,
    indexFile: env.GIT_INDEX_FILE,
    branch: head.startsWith(branchPrefix) ? head.slice(branchPrefix.length) : null,
    run: (args, run = {}) => runGit(args, { ...run, cwd: root, env: { ...env, ...run.env } }),
    ask: (work, limits) => askGit(work, { ...limits, cwd: root, home: folder, env }),
  };
}

const branchPrefix = "ref: refs/heads/";

async function readHead(source: string): Promise<string> {
  const head = await readFile(join(source, "HEAD"), "utf8").catch(() => "");
  const line = head.trimEnd();
  // oxlint-disable-next-line no-control-regex -- The pattern excludes them.
  if (!/^(ref: refs\/heads\/[^\u0000- ~^:?*[\\]+|[0-9a-f]{40,64})$/.test(line))
    throw unusable("its .git/HEAD is missing or unusual");
  return line;
}

async function refuseLink(path: string): Promise<void> {
  const stat = await lstat(path).catch(() => undefined);
  if (stat?.isSymbolicLink()) throw unusable("its .git is a link");
}

const shared = new Set(["objects", "refs", "packed-refs", "shallow", "logs", "info"]);

async function share(source: string, folder: string, name: string): Promise<void> {
  const stat = await lstat(join(source, name));
  if (stat.isFile() || stat.isDirectory()) await symlink(join(source, name), join(folder, name));
}
