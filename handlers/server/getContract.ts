import type { Handler } from "../../lib/ports/handler.ts";

export const getContract: Handler<"getContract"> = (_, { server }) => {
  return { status: 200, body: server.contract() };
};
