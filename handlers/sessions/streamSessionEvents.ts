import type { Handler } from "../../lib/ports/handler.ts";

export const streamSessionEvents: Handler<"streamSessionEvents"> = (input, { events }) => {
  const { query, headers, accepts, signal } = input;
  const { sessionId } = input.params;
  const after = headers["Last-Event-ID"] ?? query.after;
  if (accepts === "application/json") {
    return { status: 200, body: events.page({ sessionId, after, limit: query.limit ?? 50 }) };
  }
  return { status: 200, events: events.open({ sessionId, after, signal }) };
};
