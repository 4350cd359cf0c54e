import { lstat, mkdir, rename, rm } from "node:fs/promises";
import { AppError } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import { removeFolder } from "../remove-folder.ts";
import { cloneRepository, exclude } from "./clone/clone.ts";
import { readDiff } from "./view/diff.ts";
import { findFolders, setAside } from "./folders.ts";
import { createGitContext, type GitContext, type GitOptions } from "./git-context.ts";
import { readHead } from "./view/head.ts";
import { type WorkspacePaths, readRecord, writeRecord } from "./workspace-paths.ts";
import { readRepositoryUrl } from "./repository-url.ts";
import { readWorktreeState } from "./view/state.ts";
import { readStatus } from "./view/status.ts";
import { fetchAndForward, refused } from "./sync.ts";
import { cloneHasUnpushedWork, scratchHasWork } from "./view/unpushed.ts";
import { type GitView, withView } from "./view/view.ts";

export function createGit(options: GitOptions): Git {
  const context = createGitContext(options);
  const { places } = context;
  return {
    inspectRepository: (repository) => readRepositoryUrl(repository, context.isReachable).kind,
    clone: (request) => clone(context, request),
    createScratch: (id) => createScratch(context, id),
    sync: (id, signal) => sync(context, id, signal),
    head: (id) => orNull(() => headOf(context, id)),
    status: (id) => inView(context, id, readStatus),
    worktreeState: (id) => inView(context, id, readWorktreeState),
    diff: (id, path) => inView(context, id, (view) => readDiff(view, path)),
    hasUnpushedWork: (id) => hasUnpushedWork(context, id),
    folders: () => findFolders(places, options.workspacesDir),
    setAside: (id) => setAside(places, id),
    remove: (id) => remove(places, id),
  };
}

function inView<T>(
  { places, runGit, askGit }: GitContext,
  id: string,
  work: (view: GitView) => Promise<T>,
): Promise<T> {
  return withView({ root: places.root(id), viewsDir: places.viewsDir, runGit, askGit }, work);
}

async function clone(context: GitContext, request: Parameters<Git["clone"]>[0]): ReturnType<Git["clone"]> {
  await cloneRepository(context, request);
  return inView(context, request.workspaceId, readHead);
}

async function sync(context: GitContext, id: string, signal: AbortSignal): ReturnType<Git["sync"]> {
  const { repository } = await readRecord(context.places.record(id));
  if (repository === null) throw refused("A scratch folder has no remote to follow.");
  return inView(context, id, async (view) => {
    await fetchAndForward(view, { repository, signal, silenceMs: context.silenceMs, context });
    await context.giveFolder(view.root);
    return readHead(view);
  });
}

async function headOf(context: GitContext, id: string): Promise<string | null> {
  return (await isScratch(context, id)) ? null : (await inView(context, id, readHead)).head;
}

async function hasUnpushedWork(context: GitContext, id: string): Promise<boolean> {
  return (await isScratch(context, id))
    ? scratchHasWork(context.places.root(id))
    : inView(context, id, cloneHasUnpushedWork);
}

async function isScratch({ places }: GitContext, id: string): Promise<boolean> {
  return (await readRecord(places.record(id))).repository === null;
}

async function orNull<T>(work: () => Promise<T | null>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.code === "workspace-not-ready") return null;
    throw error;
  }
}

async function createScratch({ places, runGit, giveFolder }: GitContext, id: string): Promise<void> {
  const root = places.root(id);
  await mkdir(places.serverDir, { recursive: true, mode: 0o700 });
  await mkdir(root, { recursive: true });
  const { exitCode } = await runGit(["init", "--quiet", "--template="], { cwd: root });
  if (exitCode !== 0) throw new AppError("internal", "Git could not create an empty repository.");
  await exclude(root);
  await giveFolder(root);
  await writeRecord(places.record(id), { repository: null });
}

/** Renames the folder first, so that an interrupted removal never leaves half a workspace. */
async function remove(places: WorkspacePaths, id: string): Promise<void> {
  const root = places.root(id);
  const aside = places.unfinished(id);
  await removeFolder(aside);
  if (await lstat(root).catch(() => undefined)) {
    await rename(root, aside);
    await removeFolder(aside);
  }
  await rm(places.record(id), { force: true });
}
