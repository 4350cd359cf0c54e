import type { Handler } from "../../lib/ports/handler.ts";

export const updateSettings: Handler<"updateSettings"> = ({ body }, { settings }) => {
  return { status: 200, body: settings.update(body) };
};
