import { AppError, requireFound } from "../../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Workspace } from "../../workspace.ts";
import type { CloneJobs } from "./clone-jobs.ts";

export interface RemovalContext {
  runtime: Pick<Runtime, "git" | "hosts" | "reportFault" | "storage">;
  jobs: Pick<CloneJobs, "of">;
}

/** Checks that no session uses the workspace and, without `force`, that no work is lost. `commit` deletes it. */
export async function prepareRemoval(context: RemovalContext, { id, state }: Workspace, force: boolean) {
  const { runtime, jobs } = context;
  checkUnused(runtime, id);
  if (jobs.of(id) !== undefined)
    throw new AppError("workspace-not-ready", "It is still being cloned. Delete it when that has ended.");
  if (!force && state === "ready" && (await runtime.git.hasUnpushedWork(id))) {
    throw new AppError(
      "unpushed-work",
      "It holds work that no remote has. Push it, or delete with `force=true`.",
    );
  }
  return { commit: () => removeWorkspace(context, id) };
}

function checkUnused({ storage }: RemovalContext["runtime"], id: string): void {
  const sessionIds = storage.workspaces.sessionIds(id);
  if (sessionIds.length > 0)
    throw new AppError(
      "workspace-in-use",
      `${sessionIds.length} sessions live in it, such as ${sessionIds[0]}. Delete them first.`,
    );
}

function removeWorkspace(context: RemovalContext, id: string): void {
  const { storage, git, hosts, reportFault } = context.runtime;
  checkUnused(context.runtime, id);
  storage.workspaces.remove(requireFound(storage.workspaces.get(id), "workspace", id).id);
  const removeFolder = () =>
    Promise.all([git.remove(id), hosts.forget(id)]).catch((error: unknown) =>
      reportFault(`The folder of ${id} stays behind`, error),
    );
  storage.afterCommit(() => void removeFolder());
}
