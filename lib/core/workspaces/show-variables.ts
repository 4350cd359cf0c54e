import { isTransient } from "../../errors.ts";
import type { WorkspaceService } from "../../ports/services.ts";
import type { Workspace } from "../../workspace.ts";
import type { Runtime } from "../runtime/runtime.ts";

type VariablesRuntime = Pick<Runtime, "reportFault" | "storage" | "variables">;

/**
 * The same service, with the variables of workspaces. They are in settings.db, beside the other secrets, so they change in
 * a transaction of their own. Answers show them; events do not carry them.
 */
export function showVariables(service: WorkspaceService, runtime: VariablesRuntime): WorkspaceService {
  const { variables } = runtime;
  const show = (workspace: Workspace): Workspace => ({
    ...workspace,
    variables: variables.view({ workspaceId: workspace.id }),
  });
  return {
    ...service,
    get: (id) => show(service.get(id)),
    list: (page) => service.list(page).map(show),
    create: (request) => show(service.create(request)),
    update: (id, { variables: patch = {}, ...grants }) => {
      const workspace = service.update(id, grants);
      // Last: what can be refused was checked. After a kill in between, repeating the request gives the same variables.
      variables.change({ workspaceId: id }, patch);
      return show(workspace);
    },
    sync: async (id, signal) => {
      const { commit } = await service.sync(id, signal);
      return { commit: () => show(commit()) };
    },
    prepareRemoval: async (id, options) => {
      const { commit } = await service.prepareRemoval(id, options);
      return { commit: () => removeWith(commit, runtime, id) };
    },
  };
}

/** Variables go after the workspace, so that a kill in between leaves no workspace without them. */
function removeWith(
  commit: () => void,
  { reportFault, storage, variables }: VariablesRuntime,
  id: string,
): void {
  commit();
  storage.afterCommit(() => {
    try {
      variables.forget(id);
    } catch (error) {
      if (!isTransient(error)) throw error;
      reportFault(`The variables of ${id} stay until the next start`, error);
    }
  });
}
