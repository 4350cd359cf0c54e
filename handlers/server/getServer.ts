import type { Handler } from "../../lib/ports/handler.ts";

export const getServer: Handler<"getServer"> = (_, { server }) => {
  return { status: 200, body: server.describe() };
};
