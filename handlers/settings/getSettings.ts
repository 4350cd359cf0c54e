import type { Handler } from "../../lib/ports/handler.ts";

export const getSettings: Handler<"getSettings"> = (_, { settings }) => {
  return { status: 200, body: settings.get() };
};
