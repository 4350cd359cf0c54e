import type { Handler } from "../../lib/ports/handler.ts";
import { pageOf } from "../../lib/ports/services.ts";

export const listWorkspaces: Handler<"listWorkspaces"> = ({ query }, { workspaces }) => {
  const { limit = 50, cursor } = query;
  return { status: 200, body: pageOf(workspaces.list({ limit: limit + 1, cursor }), limit) };
};
