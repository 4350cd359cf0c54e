import type { Handler } from "../../lib/ports/handler.ts";

export const streamSessionEvents: Handler<"streamSessionEvents"> = (input, { events }) => {
  const { params, query, headers, signal } = input;
  const after = headers["Last-Event-ID"] ?? query.after;
  return { status: 200, events: events.open({ sessionId: params.sessionId, after, signal }) };
};
