import type { Handler } from "../../lib/ports/handler.ts";

export const listTools: Handler<"listTools"> = (_, { tools }) => {
  return { status: 200, body: { items: tools.list(), nextCursor: null } };
};
