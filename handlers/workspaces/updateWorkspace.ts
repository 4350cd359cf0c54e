import type { Handler } from "../../lib/ports/handler.ts";

export const updateWorkspace: Handler<"updateWorkspace"> = ({ params, body }, { workspaces }) => {
  return { status: 200, body: workspaces.update(params.workspaceId, body) };
};
