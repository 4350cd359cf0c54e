import type { Handler } from "../../lib/ports/handler.ts";

export const createAgent: Handler<"createAgent"> = ({ body }, { agents }) => {
  return { status: 201, body: agents.create(body) };
};
