import type { Handler } from "../../lib/ports/handler.ts";

export const sendMessage: Handler<"sendMessage"> = ({ params, body }, { sessions }) => {
  return { status: 202, body: sessions.send(params.sessionId, body) };
};
