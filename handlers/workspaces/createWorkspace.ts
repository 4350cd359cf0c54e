import type { Handler } from "../../lib/ports/handler.ts";

export const createWorkspace: Handler<"createWorkspace"> = ({ body }, { workspaces }) => {
  return { status: 201, body: workspaces.create(body) };
};
