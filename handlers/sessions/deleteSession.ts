import type { Handler } from "../../lib/ports/handler.ts";

export const deleteSession: Handler<"deleteSession"> = ({ params }, { sessions }) => {
  sessions.remove(params.sessionId);
  return { status: 204 };
};
