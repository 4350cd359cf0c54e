import type { RestorationReport } from "../../operating/restoration.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Workspace } from "../../workspace.ts";
import { updateWorkspace } from "./update-workspace.ts";

export interface RebuildContext {
  runtime: Pick<Runtime, "clock" | "git" | "storage">;
  /** Appends a status line to the log of a session. */
  reportStatus(sessionId: string, detail: string): void;
}

export type RebuiltWorkspaces = Pick<
  RestorationReport,
  "workspacesCloned" | "workspacesEmptied" | "foldersUnknown" | "foldersSetAside"
>;

/**
 * After a restore, makes the workspaces on record agree with the folders on the disk. A workspace without a folder gets
 * the state `cloning`; the start of the server then clones it or creates its scratch folder. No folder is deleted.
 */
export async function rebuildWorkspaces(context: RebuildContext): Promise<RebuiltWorkspaces> {
  const { git, storage } = context.runtime;
  const { whole, broken } = await git.folders();
  const recorded = storage.workspaces.list({ limit: 1_000_000 });
  const foldersSetAside: string[] = [];
  for (const { id, state } of recorded) {
    // The clone may have ended, and have got work, in the time that is lost: it is kept.
    if (whole.has(id) && state === "cloning")
      updateWorkspace(context.runtime, id, { state: "ready", head: await git.head(id), progress: null });
    if (broken.has(id)) foldersSetAside.push(await git.setAside(id));
  }
  const missing = recorded.filter(({ id, state }) => !whole.has(id) && state !== "failed");
  for (const workspace of missing) markForCloning(context, workspace);
  const known = new Set(recorded.map(({ id }) => id));
  const { scratch = [], clone = [] } = Object.groupBy(missing, (workspace) => folderKind(workspace));
  return {
    workspacesCloned: clone.map(({ id }) => id),
    workspacesEmptied: scratch.map(({ id }) => id),
    foldersUnknown: [...whole, ...broken].filter((id) => !known.has(id)).toSorted(),
    foldersSetAside,
  };
}

function folderKind({ repository }: Workspace): "scratch" | "clone" {
  return repository === null ? "scratch" : "clone";
}

/** One transaction: after a kill, a workspace that is `cloning` has been reported to its sessions. */
function markForCloning(context: RebuildContext, workspace: Workspace): void {
  const { storage } = context.runtime;
  const { id, state } = workspace;
  if (state === "cloning") return;
  storage.atomically("workspace.update", () => {
    updateWorkspace(context.runtime, id, { state: "cloning", head: null, progress: null, error: null });
    for (const sessionId of storage.workspaces.sessionIds(id))
      context.reportStatus(sessionId, folderIsMissing[folderKind(workspace)]);
  });
}

const folderIsMissing = {
  clone:
    "The folder of the workspace is not here after a restore. The repository is cloned again; what was not pushed is gone.",
  scratch:
    "The folder of the workspace is not here after a restore. An empty one takes its place; its files are gone.",
};
