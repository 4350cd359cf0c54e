import type { Handler } from "../../lib/ports/handler.ts";

export const getWorkspace: Handler<"getWorkspace"> = ({ params }, { workspaces }) => {
  return { status: 200, body: workspaces.get(params.workspaceId) };
};
