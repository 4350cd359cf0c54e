import type { Handler } from "../../lib/ports/handler.ts";

export const syncWorkspace: Handler<"syncWorkspace"> = async ({ params, signal }, { workspaces }) => {
  const synced = await workspaces.sync(params.workspaceId, signal);
  return () => ({ status: 200, body: synced.commit() });
};
