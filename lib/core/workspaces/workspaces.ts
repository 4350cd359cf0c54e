import { AppError, requireFound } from "../../errors.ts";
import type { Journal } from "../journal/journal.ts";
import { timestamp, unlessAborted } from "../../ports/clock.ts";
import type { WorkspaceService } from "../../ports/services.ts";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Task } from "../../task.ts";
import type { Workspace, WorkspaceDiff, WorkspaceHost } from "../../workspace.ts";
import { createCloneJobs } from "./clone-jobs.ts";
import type { CloneJobs } from "./clone-jobs.ts";
import { prepareRemoval } from "./prepare-removal.ts";
import { mergeGrants } from "./grants.ts";
import { readWorkspaceFile, toolFailureAsNotFound } from "./read-workspace-file.ts";
import { updateWorkspace } from "./update-workspace.ts";

export type TaskWorkspaces = Omit<WorkspaceService, "variables"> & {
  /** Resolves when the workspace of the task is ready. Throws why it will not be, or busy when the server stops while it clones. */
  whenReady(task: Task, signal: AbortSignal): Promise<void>;
  /** Starts the clones again that an earlier run of the server did not finish. */
  recover(): void;
  stop(): Promise<void>;
};

export function createWorkspaces(runtime: WorkspacesRuntime, journal: ReportStatus): TaskWorkspaces {
  const context: WorkspacesContext = { runtime, journal, jobs: createCloneJobs(runtime) };
  const { workspaces } = runtime.storage;
  const { git } = runtime;
  return {
    get: (id) => getWorkspace(context, id),
    list: (page) => workspaces.list(page),
    create: (request) => createWorkspace(context, request),
    update: (id, change) => grant(context, id, change),
    prepareRemoval: async (id, { force }) => prepareRemoval(context, getWorkspace(context, id), force),
    sync: (id, signal) => syncWorkspace(context, id, signal),
    status: (id) => git.status(readyWorkspace(context, id).id),
    diff: (id, path) => toolFailureAsNotFound(() => diffOf(context, id, path)),
    tree: (id, { path, depth, signal }) =>
      toolFailureAsNotFound(() =>
        hostOf(context, id).search.list({ path: path ?? ".", depth, limit: 1000, signal }),
      ),
    read: (id, path) => readWorkspaceFile(hostOf(context, id), path),
    whenReady: (task, signal) => waitUntilReady(context, task, signal),
    recover: () => workspaces.cloning().forEach((workspace) => context.jobs.start(workspace)),
    stop: () => context.jobs.stop(),
  };
}

type WorkspacesRuntime = Pick<
  Runtime,
  "allowLocalRepositories" | "clock" | "git" | "hosts" | "masking" | "newId" | "reportFault" | "storage"
>;
type ReportStatus = Pick<Journal, "reportStatus">;

interface WorkspacesContext {
  runtime: WorkspacesRuntime;
  journal: ReportStatus;
  jobs: CloneJobs;
}

function getWorkspace({ runtime }: WorkspacesContext, id: string): Workspace {
  return requireFound(runtime.storage.workspaces.get(id), "workspace", id);
}

function readyWorkspace(context: WorkspacesContext, id: string): Workspace {
  const workspace = getWorkspace(context, id);
  if (workspace.state === "ready") return workspace;
  throw new AppError(
    "workspace-not-ready",
    workspace.error?.detail ?? "The repository is still being cloned. Try again when its state is `ready`.",
  );
}

function hostOf(context: WorkspacesContext, id: string): WorkspaceHost {
  return context.runtime.hosts.open(readyWorkspace(context, id).id);
}

/** The file itself is given as it is; a diff is for reading. */
async function diffOf(
  context: WorkspacesContext,
  id: string,
  path: string | undefined,
): Promise<WorkspaceDiff> {
  const { git, masking } = context.runtime;
  return masking.of("values").json(await git.diff(readyWorkspace(context, id).id, path));
}

function createWorkspace(context: WorkspacesContext, request: Schemas["CreateWorkspace"]): Workspace {
  const { runtime, jobs } = context;
  const repository = request.repository ?? null;
  const branch = request.branch ?? null;
  const { storage, newId, clock } = runtime;
  if (repository !== null) checkRepository(runtime, repository);
  const id = newId("wsp");
  const kind = repository === null ? "scratch" : "clone";
  const createdAt = timestamp(clock.now());
  storage.workspaces.create({ id, kind, repository, branch, state: "cloning", createdAt });
  storage.afterCommit(() => jobs.start(getWorkspace(context, id)));
  return getWorkspace(context, id);
}

function checkRepository({ git, allowLocalRepositories }: WorkspacesRuntime, repository: string): void {
  if (git.inspectRepository(repository) === "local" && !allowLocalRepositories) {
    throw new AppError(
      "local-repository",
      "This host clones from public hosts only. Start it with TALKCODY_ALLOW_LOCAL_REPOSITORIES=true to allow local ones.",
    );
  }
}

function grant(context: WorkspacesContext, id: string, change: Schemas["UpdateWorkspace"]): Workspace {
  updateWorkspace(context.runtime, id, mergeGrants(getWorkspace(context, id), change));
  return getWorkspace(context, id);
}

async function syncWorkspace(context: WorkspacesContext, id: string, signal: AbortSignal) {
  readyWorkspace(context, id);
  const synced = await context.runtime.git.sync(id, signal);
  return {
    commit: () => {
      updateWorkspace(context.runtime, id, synced);
      return getWorkspace(context, id);
    },
  };
}

async function waitUntilReady(context: WorkspacesContext, task: Task, signal: AbortSignal): Promise<void> {
  const { runtime, journal, jobs } = context;
  const session = requireFound(runtime.storage.sessions.get(task.sessionId), "session", task.sessionId);
  const job = jobs.of(session.workspaceId);
  if (job !== undefined) {
    journal.reportStatus(task.id, "Preparing the workspace");
    await unlessAborted(job, signal);
  }
  const { state, error } = getWorkspace(context, session.workspaceId);
  if (state === "cloning") throw new AppError("busy", "The repository is not cloned yet.");
  if (state !== "ready")
    throw new AppError(error?.code ?? "workspace-not-ready", error?.detail ?? "The workspace is not ready.");
}
