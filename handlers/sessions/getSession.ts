import type { Handler } from "../../lib/ports/handler.ts";

export const getSession: Handler<"getSession"> = ({ params }, { sessions }) => {
  return { status: 200, body: sessions.get(params.sessionId) };
};
