import { lstat, mkdir, rename, rm } from "node:fs/promises";
import { AppError } from "../../errors.ts";
import { ignoreFailpoints, type ReachFailpoint } from "../../ports/failpoint.ts";
import type { Git } from "../../ports/git.ts";
import type { Processes } from "../processes/processes.ts";
import { removeFolder } from "../remove-folder.ts";
import { createRunProcess } from "../run-process.ts";
import { createAskGit } from "./ask-git.ts";
import { cloneRepository, exclude } from "./clone/clone.ts";
import { readDiff } from "./view/diff.ts";
import { findFolders, setAside } from "./folders.ts";
import { readHead } from "./view/head.ts";
import { createWorkspacePaths, type WorkspacePaths, readRecord, writeRecord } from "./workspace-paths.ts";
import { readRepositoryUrl } from "./repository-url.ts";
import { createRunGit, type RunGit } from "./run-git.ts";
import { readStatus } from "./view/status.ts";
import { fetchAndForward, refused } from "./sync.ts";
import { cloneHasUnpushedWork, scratchHasWork } from "./view/unpushed.ts";
import { type GitView, withView } from "./view/view.ts";

export interface GitOptions {
  /** Absolute. Holds one folder for each workspace, named by its id. */
  workspacesDir: string;
  /** Whether file paths, `file://` and loopback hosts may be cloned. */
  allowLocalRepositories: boolean;
  /** What ssh and curl may see of the environment. */
  environment: Readonly<Record<string, string>>;
  /** A remote that says nothing for this long is given up. */
  silenceMs?: number;
  processes: Processes;
  reach?: ReachFailpoint;
}

export function createGit(options: GitOptions): Git {
  const places = createWorkspacePaths(options.workspacesDir);
  const runGit = createRunGit(options.environment, createRunProcess(options.processes));
  const askGit = createAskGit(options.environment, options.processes);
  const { silenceMs = 120_000, reach = ignoreFailpoints } = options;
  const view = <T>(id: string, work: (view: GitView) => Promise<T>) =>
    withView({ root: places.root(id), viewsDir: places.viewsDir, runGit, askGit }, work);
  const isScratch = async (id: string) => (await readRecord(places.record(id))).repository === null;
  return {
    inspectRepository: (repository) => readRepositoryUrl(repository).kind,
    clone: async (request) => {
      const { allowLocalRepositories } = options;
      await cloneRepository({ places, runGit, allowLocalRepositories, silenceMs, reach }, request);
      return view(request.workspaceId, readHead);
    },
    createScratch: (id) => createScratch(places, runGit, id),
    sync: async (id, signal) => {
      const { repository } = await readRecord(places.record(id));
      if (repository === null) throw refused("A scratch folder has no remote to follow.");
      return view(id, async (git) => {
        await fetchAndForward(git, { repository, signal, silenceMs });
        return readHead(git);
      });
    },
    head: (id) => orNull(async () => ((await isScratch(id)) ? null : (await view(id, readHead)).head)),
    status: (id) => view(id, readStatus),
    diff: (id, path) => view(id, (git) => readDiff(git, path === undefined ? undefined : inside(path))),
    hasUnpushedWork: async (id) => {
      return (await isScratch(id)) ? scratchHasWork(places.root(id)) : view(id, cloneHasUnpushedWork);
    },
    folders: () => findFolders(places, options.workspacesDir),
    setAside: (id) => setAside(places, id),
    remove: (id) => remove(places, id),
  };
}

async function orNull<T>(work: () => Promise<T | null>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.code === "workspace-not-ready") return null;
    throw error;
  }
}

async function createScratch(places: WorkspacePaths, runGit: RunGit, id: string): Promise<void> {
  const root = places.root(id);
  await mkdir(places.serverDir, { recursive: true, mode: 0o700 });
  await mkdir(root, { recursive: true });
  const { exitCode } = await runGit(["init", "--quiet", "--template="], { cwd: root });
  if (exitCode !== 0) throw new AppError("internal", "Git could not make an empty repository.");
  await exclude(root);
  await writeRecord(places.record(id), { repository: null });
}

/** A path for git: relative, and not leading out. */
function inside(path: string): string {
  const segments = path.split("/");
  if (!path.startsWith("/") && !path.includes("\0") && !segments.includes("..")) return path;
  throw new AppError("not-found", "There is nothing outside of the workspace.");
}

/** Moved aside first, so that a removal cut short never leaves half a workspace. */
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
