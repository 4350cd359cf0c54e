import { setImmediate } from "node:timers/promises";
import { problemOf, isTransient } from "../../errors.ts";
import type { Workspace, WorkspaceChange } from "../../workspace.ts";
import { retryWhileBusy } from "../runtime/retry-while-busy.ts";
import type { Journal } from "../journal/journal.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Clones repositories and makes scratch folders, while requests go on. */
export function createCloneJobs({ storage, git, clock, reportFault }: Runtime, journal: Journal) {
  const { workspaces, events } = storage;
  const underWay = new Map<string, Promise<void>>();
  const stopping = new AbortController();

  /** The change, told to every session that lives in the workspace. */
  const update = (id: string, change: WorkspaceChange): void =>
    storage.atomically("workspace.update", () => {
      if (workspaces.get(id) === undefined) return; // Deleted while it was being cloned.
      const workspace = workspaces.update(id, change, journal.now());
      for (const sessionId of workspaces.sessionIds(id)) {
        events.append(sessionId, [{ type: "workspace.updated", data: { workspace } }]);
      }
    });

  /** Progress that cannot be told while the database is locked is not worth a clone. */
  const tell = (id: string, progress: Workspace["progress"]): void => {
    try {
      update(id, { progress });
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
  };

  const settle = (id: string, change: WorkspaceChange): Promise<void> =>
    retryWhileBusy(() => update(id, { progress: null, ...change }), {
      clock,
      reportFault,
      signal: stopping.signal,
    });

  const fill = async ({ id, repository, branch }: Workspace) => {
    if (repository !== null) {
      const onProgress = (progress: Workspace["progress"]) => tell(id, progress);
      return git.clone({ workspaceId: id, repository, branch, signal: stopping.signal, onProgress });
    }
    await git.createScratch(id);
    return { head: null };
  };

  const prepare = async (workspace: Workspace): Promise<void> => {
    try {
      await setImmediate(); // The answer that made the workspace is sent first.
      const filled = await fill(workspace);
      await settle(workspace.id, { state: "ready", error: null, ...filled });
    } catch (error) {
      if (stopping.signal.aborted) return; // It stays `cloning`, and the next run of the server takes it up.
      const problem = problemOf(error, `/v1/workspaces/${workspace.id}`);
      if (problem.code === "internal") reportFault(`Workspace ${workspace.id} could not be prepared`, error);
      await settle(workspace.id, { state: "failed", error: problem });
    }
  };

  return {
    update,
    start: (workspace: Workspace): void => {
      if (underWay.has(workspace.id)) return;
      const work = prepare(workspace)
        .catch((error: unknown) =>
          reportFault(`The state of workspace ${workspace.id} is not on record`, error),
        )
        .finally(() => underWay.delete(workspace.id));
      underWay.set(workspace.id, work);
    },
    /** Settles when the workspace is ready or has failed; undefined when nothing is under way. */
    of: (id: string): Promise<void> | undefined => underWay.get(id),
    stop: async (): Promise<void> => {
      stopping.abort(new Error("The server stops."));
      await Promise.allSettled(underWay.values());
    },
  };
}
