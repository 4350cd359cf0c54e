import type { Handler } from "../../lib/ports/handler.ts";

export const getWorkspaceStatus: Handler<"getWorkspaceStatus"> = async ({ params }, { workspaces }) => {
  return { status: 200, body: await workspaces.status(params.workspaceId) };
};
