import type { Handler } from "../../lib/ports/handler.ts";
import { pageOf } from "../../lib/ports/services.ts";

export const listMessages: Handler<"listMessages"> = ({ params, query }, { sessions }) => {
  const { limit = 50, cursor } = query;
  const found = sessions.messages(params.sessionId, { limit: limit + 1, cursor });
  return { status: 200, body: pageOf(found, limit) };
};
