import type { Handler } from "../../lib/ports/handler.ts";

export const getWorkspaceVariables: Handler<"getWorkspaceVariables"> = ({ params }, { workspaces }) => {
  return { status: 200, body: workspaces.variables(params.workspaceId) };
};
