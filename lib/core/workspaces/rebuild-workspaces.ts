import type { Workspace } from "../../workspace.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { TaskWorkspaces } from "./workspaces.ts";

/** Says something to a session. */
type Tell = (sessionId: string, detail: string) => void;

/**
 * Brings the workspaces on record and the folders on the disk together after a restore. What is to be cloned or made
 * anew is left in the state `cloning`: it is taken up with whatever else a start finds so. No folder is deleted.
 */
export function createRebuildWorkspaces(
  { storage, git }: Runtime,
  { change }: Pick<TaskWorkspaces, "change">,
) {
  const { workspaces } = storage;

  /** In one transaction, so that a start after a kill, which finds it `cloning`, need not tell of it. */
  const prepareAnew = ({ id, state, repository }: Workspace, tell: Tell): void => {
    if (state === "cloning") return;
    const detail = repository === null ? emptied : clonedAnew;
    storage.atomically("workspace.update", () => {
      change(id, { state: "cloning", head: null, progress: null, error: null });
      for (const sessionId of workspaces.sessionIds(id)) tell(sessionId, detail);
    });
  };

  return async (tell: Tell) => {
    const { whole, broken } = await git.folders();
    const found = workspaces.list({ limit: 1_000_000 });
    const foldersSetAside: string[] = [];
    for (const { id, state } of found) {
      // A clone that came to its end in the time that is lost may hold work: nothing is cloned over it.
      if (whole.has(id) && state === "cloning")
        change(id, { state: "ready", head: await git.head(id), progress: null });
      if (broken.has(id)) foldersSetAside.push(await git.setAside(id));
    }
    const missing = found.filter(({ id, state }) => !whole.has(id) && state !== "failed");
    for (const workspace of missing) prepareAnew(workspace, tell);
    const known = new Set(found.map(({ id }) => id));
    const isScratch = ({ repository }: Workspace) => repository === null;
    return {
      workspacesCloned: missing.filter((workspace) => !isScratch(workspace)).map(({ id }) => id),
      workspacesEmptied: missing.filter(isScratch).map(({ id }) => id),
      foldersUnknown: [...whole, ...broken].filter((id) => !known.has(id)).toSorted(),
      foldersSetAside,
    };
  };
}

const clonedAnew =
  "The folder of the workspace is not here after a restore. The repository is cloned again; what was not pushed is gone.";
const emptied =
  "The folder of the workspace is not here after a restore. An empty one takes its place; its files are gone.";
