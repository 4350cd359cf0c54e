import type { Handler } from "../../lib/handler.ts";

export const streamSessionEvents: Handler<"streamSessionEvents"> = (input, { sessions, events }) => {
  const { query, headers, accepts, signal } = input;
  const { id: sessionId } = sessions.get(input.params.sessionId);
  const after = headers["Last-Event-ID"] ?? query.after;
  if (accepts === "application/json") {
    return { status: 200, body: events.page({ sessionId, after, limit: query.limit ?? 50 }) };
  }
  return { status: 200, events: events.open({ sessionId, after, signal }) };
};
