import type { Handler } from "../../lib/ports/handler.ts";

export const updateSession: Handler<"updateSession"> = ({ params, body }, { sessions }) => {
  return { status: 200, body: sessions.update(params.sessionId, body) };
};
