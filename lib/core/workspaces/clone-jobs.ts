import { setImmediate } from "node:timers/promises";
import { isTransient, problemOf } from "../../errors.ts";
import { retryWhileBusy } from "../runtime/retry-while-busy.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Workspace } from "../../workspace.ts";
import type { WorkspaceChange } from "../../ports/workspace-store.ts";
import { updateWorkspace } from "./update-workspace.ts";

/** Clones repositories and creates scratch folders in the background. */
export interface CloneJobs {
  start(workspace: Workspace): void;
  /** Settles when the workspace is ready or has failed; undefined when no job runs for it. */
  of(workspaceId: string): Promise<void> | undefined;
  /** Aborts all jobs. Their workspaces stay `cloning`, and the next run of the server starts them again. */
  stop(): Promise<void>;
}

type CloneRuntime = Pick<Runtime, "clock" | "git" | "reportFault" | "storage">;

export function createCloneJobs(runtime: CloneRuntime): CloneJobs {
  const context: CloneContext = { ...runtime, running: new Map(), stopping: new AbortController() };
  return {
    start: (workspace) => startJob(context, workspace),
    of: (workspaceId) => context.running.get(workspaceId),
    stop: async () => {
      context.stopping.abort(new Error("The server stops."));
      await Promise.allSettled(context.running.values());
    },
  };
}

interface CloneContext extends CloneRuntime {
  /** By workspace. */
  running: Map<string, Promise<void>>;
  stopping: AbortController;
}

function startJob(context: CloneContext, workspace: Workspace): void {
  const { running, reportFault } = context;
  const { id } = workspace;
  if (running.has(id)) return;
  const job = runJob(context, workspace)
    .catch((error: unknown) => reportFault(`The state of workspace ${id} is not on record`, error))
    .finally(() => running.delete(id));
  running.set(id, job);
}

async function runJob(context: CloneContext, workspace: Workspace): Promise<void> {
  const { id } = workspace;
  try {
    await setImmediate(); // The response to the request that made the workspace is sent first.
    const filled = await fillFolder(context, workspace);
    await recordResult(context, id, { state: "ready", error: null, ...filled });
  } catch (error) {
    if (context.stopping.signal.aborted) return;
    const problem = problemOf(error, `/v1/workspaces/${id}`);
    if (problem.code === "internal") context.reportFault(`Workspace ${id} could not be prepared`, error);
    await recordResult(context, id, { state: "failed", error: problem });
  }
}

async function fillFolder(
  context: CloneContext,
  { id, repository, branch }: Workspace,
): Promise<Pick<WorkspaceChange, "head" | "branch">> {
  const { git, stopping } = context;
  if (repository === null) {
    await git.createScratch(id);
    return { head: null };
  }
  const onProgress = (progress: Workspace["progress"]) => showProgress(context, id, progress);
  return git.clone({ workspaceId: id, repository, branch, signal: stopping.signal, onProgress });
}

/** While the database is locked people miss the progress; the clone goes on. */
function showProgress(context: CloneContext, id: string, progress: Workspace["progress"]): void {
  try {
    updateWorkspace(context, id, { progress });
  } catch (error) {
    if (!isTransient(error)) throw error;
  }
}

function recordResult(context: CloneContext, id: string, change: WorkspaceChange): Promise<void> {
  const { clock, reportFault, stopping } = context;
  const record = () => updateWorkspace(context, id, { progress: null, ...change });
  return retryWhileBusy(record, { clock, reportFault, signal: stopping.signal });
}
