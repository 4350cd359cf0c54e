import type { Handler } from "../../lib/ports/handler.ts";

export const listModels: Handler<"listModels"> = async (_, { models }) => {
  return { status: 200, body: await models.list() };
};
