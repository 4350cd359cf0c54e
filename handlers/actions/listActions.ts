import type { Handler } from "../../lib/ports/handler.ts";
import { pageOf } from "../../lib/ports/services.ts";

export const listActions: Handler<"listActions"> = ({ query }, { actions }) => {
  const { limit = 50, cursor } = query;
  const found = actions.pending(undefined, { limit: limit + 1, cursor });
  return { status: 200, body: pageOf(found, limit) };
};
