import type { Handler } from "../../lib/ports/handler.ts";

export const listSessionEvents: Handler<"listSessionEvents"> = ({ params, query }, { events }) => {
  const { limit = 50, cursor } = query;
  return { status: 200, body: events.page({ sessionId: params.sessionId, after: cursor, limit }) };
};
