import type { Handler } from "../../lib/ports/handler.ts";

export const getWorkspaceTree: Handler<"getWorkspaceTree"> = async (
  { params, query, signal },
  { workspaces },
) => {
  const { path, depth = 1 } = query;
  return { status: 200, body: await workspaces.tree(params.workspaceId, { path, depth, signal }) };
};
