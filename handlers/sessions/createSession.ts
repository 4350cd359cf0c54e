import type { Handler } from "../../lib/ports/handler.ts";

export const createSession: Handler<"createSession"> = ({ body }, { sessions }) => {
  return { status: 201, body: sessions.create(body) };
};
