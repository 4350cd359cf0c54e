import type { Handler } from "../../lib/ports/handler.ts";

/** Every caller that has the key may open a socket; its frames go through the same handlers as REST. */
export const openWebSocket: Handler<"openWebSocket"> = () => {
  return { status: 101 };
};
