import type { Handler } from "../../lib/ports/handler.ts";

export const getWorkspaceDiff: Handler<"getWorkspaceDiff"> = async ({ params, query }, { workspaces }) => {
  return { status: 200, body: await workspaces.diff(params.workspaceId, query.path) };
};
