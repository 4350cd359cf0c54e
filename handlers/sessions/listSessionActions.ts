import type { Handler } from "../../lib/ports/handler.ts";
import { pageOf } from "../../lib/ports/services.ts";

export const listSessionActions: Handler<"listSessionActions"> = ({ params, query }, { actions }) => {
  const { limit = 50, cursor } = query;
  const found = actions.pending(params.sessionId, { limit: limit + 1, cursor });
  return { status: 200, body: pageOf(found, limit) };
};
