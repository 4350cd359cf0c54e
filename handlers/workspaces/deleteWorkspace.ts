import type { Handler } from "../../lib/ports/handler.ts";

export const deleteWorkspace: Handler<"deleteWorkspace"> = async ({ params, query }, { workspaces }) => {
  const removal = await workspaces.prepareRemoval(params.workspaceId, { force: query.force ?? false });
  return () => {
    removal.commit();
    return { status: 204 };
  };
};
