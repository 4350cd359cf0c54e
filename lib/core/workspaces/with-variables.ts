import { isTransient } from "../../errors.ts";
import type { WorkspaceService } from "../../ports/services.ts";
import type { Runtime } from "../runtime/runtime.ts";

type VariablesRuntime = Pick<Runtime, "reportFault" | "storage" | "variables">;

/**
 * The same service, with the variables of workspaces. They are in settings.db, beside the other secrets, so they change in
 * a transaction of their own, and they are no part of the workspace that events carry.
 */
export function withVariables(
  service: Omit<WorkspaceService, "variables">,
  runtime: VariablesRuntime,
): WorkspaceService {
  const { variables } = runtime;
  return {
    ...service,
    variables: (id) => variables.view({ workspaceId: service.get(id).id }),
    update: (id, { variables: patch = {}, ...grants }) => {
      const workspace = service.update(id, grants);
      // Last: what can be refused was checked. After a kill in between, repeating the request gives the same variables.
      variables.change({ workspaceId: id }, patch);
      return workspace;
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
