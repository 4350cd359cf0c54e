import type { Handler } from "../../lib/ports/handler.ts";
import { pageOf } from "../../lib/ports/services.ts";

export const listAgents: Handler<"listAgents"> = ({ query }, { agents }) => {
  const { limit = 50, cursor } = query;
  return { status: 200, body: pageOf(agents.list({ limit: limit + 1, cursor }), limit) };
};
