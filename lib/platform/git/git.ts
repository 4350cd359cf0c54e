import { lstat, mkdir, rename, rm } from "node:fs/promises";
import { AppError } from "../../errors.ts";
import { ignoreFailpoints, type ReachFailpoint } from "../../ports/failpoint.ts";
import type { Git } from "../../ports/git.ts";
import { type ResolveHost, resolveHost } from "../addresses/find-addresses.ts";
import { createReachability, type IsReachable } from "../addresses/reachable-address.ts";
import { createGiveFolder } from "../files/give-folder.ts";
import type { FileOwner } from "../files/owner.ts";
import type { Processes } from "../processes/processes.ts";
import { removeFolder } from "../remove-folder.ts";
import { type AskGit, createAskGit } from "./ask-git.ts";
import { type CloneContext, cloneRepository, exclude } from "./clone/clone.ts";
import { readDiff } from "./view/diff.ts";
import { findFolders, setAside } from "./folders.ts";
import { readHead } from "./view/head.ts";
import { createWorkspacePaths, type WorkspacePaths, readRecord, writeRecord } from "./workspace-paths.ts";
import { readRepositoryUrl } from "./repository-url.ts";
import { createRunGit } from "./run-git.ts";
import { readWorktreeState } from "./view/state.ts";
import { readStatus } from "./view/status.ts";
import { fetchAndForward, refused } from "./sync.ts";
import { cloneHasUnpushedWork, scratchHasWork } from "./view/unpushed.ts";
import { type GitView, withView } from "./view/view.ts";

export interface GitOptions {
  /** Absolute. Contains one folder for each workspace, named by its id. */
  workspacesDir: string;
  /** Whether file paths, `file://` and loopback hosts may be cloned. */
  allowLocalRepositories: boolean;
  /** By default public addresses only. */
  isReachable?: IsReachable;
  resolve?: ResolveHost;
  /** The environment of the server, of which git gets a few variables. */
  environment: Readonly<Record<string, string>>;
  /** The server's own folder. Commands do not see it. */
  dataDir: string;
  /** Clone and sync fail when the remote sends nothing for this long. By default two minutes. */
  silenceMs?: number;
  /** The user under which commands run, if it is another one than that of the server: it gets what git writes. */
  owner?: FileOwner | undefined;
  processes: Processes;
  reach?: ReachFailpoint;
}

export function createGit(options: GitOptions): Git {
  const context = createContext(options);
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

interface GitContext extends CloneContext {
  askGit: AskGit;
}

function createContext(options: GitOptions): GitContext {
  const { processes, allowLocalRepositories } = options;
  const { silenceMs = 120_000, reach = ignoreFailpoints } = options;
  const { isReachable = createReachability(), resolve = resolveHost } = options;
  return {
    places: createWorkspacePaths(options.workspacesDir),
    runGit: createRunGit(options),
    askGit: createAskGit(processes),
    giveFolder: createGiveFolder(processes, options.owner),
    ...{ allowLocalRepositories, isReachable, resolve },
    silenceMs,
    reach,
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
