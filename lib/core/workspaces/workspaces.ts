import { AppError } from "../../errors.ts";
import type { WorkspaceService } from "../../ports/services.ts";
import type { Task } from "../../task.ts";
import type { Workspace, WorkspaceChange } from "../../workspace.ts";
import { requireFound } from "../journal/task-records.ts";
import type { Journal } from "../journal/journal.ts";
import { toolFailureAsNotFound, readWorkspaceFile } from "./read-workspace-file.ts";
import { createCloneJobs } from "./clone-jobs.ts";
import type { Runtime } from "../runtime/runtime.ts";

export type TaskWorkspaces = WorkspaceService & {
  /** Resolves once the task's workspace can be worked in; throws why it never will, or busy when the clone was cut. */
  whenReady(task: Task, signal: AbortSignal): Promise<void>;
  /** Changes what is on record, and tells every session that lives in it. */
  change(id: string, change: WorkspaceChange): void;
  /** Takes clones up again that a restart cut. */
  recover(): void;
  stop(): Promise<void>;
};

export function createWorkspaces(runtime: Runtime, journal: Journal): TaskWorkspaces {
  const { storage, git, hosts, newId } = runtime;
  const { workspaces, sessions } = storage;
  const preparation = createCloneJobs(runtime, journal);
  const get = (id: string) => requireFound(workspaces.get(id), "workspace", id);

  const ready = (id: string): Workspace => {
    const workspace = get(id);
    if (workspace.state === "ready") return workspace;
    throw new AppError(
      "workspace-not-ready",
      workspace.error?.detail ?? "The repository is still being cloned. Try again when its state is `ready`.",
    );
  };

  const checkUnused = (id: string): void => {
    const using = workspaces.sessionIds(id);
    if (using.length > 0)
      throw new AppError(
        "workspace-in-use",
        `${using.length} sessions live in it, such as ${using[0]}. Delete them first.`,
      );
  };

  return {
    get,
    list: (page) => workspaces.list(page),

    create: ({ repository = null, branch = null }) => {
      if (repository !== null) checkRepository(repository, runtime);
      const id = newId("wsp");
      const kind = repository === null ? "scratch" : "clone";
      workspaces.create({ id, kind, repository, branch, state: "cloning", createdAt: journal.now() });
      storage.afterCommit(() => preparation.start(get(id)));
      return get(id);
    },

    prepareRemoval: async (id, { force }) => {
      const workspace = get(id);
      checkUnused(id);
      if (preparation.of(id) !== undefined)
        throw new AppError("workspace-not-ready", "It is still being cloned. Delete it when that has ended.");
      if (!force && workspace.state === "ready" && (await git.hasUnpushedWork(id))) {
        throw new AppError(
          "unpushed-work",
          "It holds work that no remote has. Push it, or delete with `force=true`.",
        );
      }
      return {
        commit: () => {
          checkUnused(id);
          workspaces.remove(get(id).id);
          storage.afterCommit(
            () =>
              void git
                .remove(id)
                .catch((error: unknown) => runtime.reportFault(`The folder of ${id} stays behind`, error)),
          );
        },
      };
    },

    sync: async (id, signal) => {
      ready(id);
      const synced = await git.sync(id, signal);
      return {
        commit: () => {
          preparation.update(id, synced);
          return get(id);
        },
      };
    },

    status: (id) => git.status(ready(id).id),
    diff: (id, path) => toolFailureAsNotFound(() => git.diff(ready(id).id, path)),
    tree: (id, { path, depth, signal }) =>
      toolFailureAsNotFound(() =>
        hosts.open(ready(id).id).search.list({ path: path ?? ".", depth, limit: 1000, signal }),
      ),
    read: (id, path) => readWorkspaceFile(hosts.open(ready(id).id), path),

    whenReady: async (task, signal) => {
      const { workspaceId } = requireFound(sessions.get(task.sessionId), "session", task.sessionId);
      const work = preparation.of(workspaceId);
      if (work !== undefined) journal.tell(task.id, "Preparing the workspace");
      await Promise.race([work, aborted(signal)]);
      const { state, error } = get(workspaceId);
      if (state === "cloning") throw new AppError("busy", "The repository is not cloned yet.");
      if (state !== "ready")
        throw new AppError(
          error?.code ?? "workspace-not-ready",
          error?.detail ?? "The workspace is not ready.",
        );
    },

    change: preparation.update,
    recover: () => workspaces.cloning().forEach(preparation.start),
    stop: preparation.stop,
  };
}

function checkRepository(repository: string, { git, allowLocalRepositories }: Runtime): void {
  if (git.inspectRepository(repository) === "local" && !allowLocalRepositories) {
    throw new AppError(
      "local-repository",
      "This host clones from other hosts only. Start it with TALKCODY_ALLOW_LOCAL_REPOSITORIES=true to allow local ones.",
    );
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
