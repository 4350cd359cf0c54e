import type { Handler } from "../../lib/ports/handler.ts";

export const updateAgent: Handler<"updateAgent"> = ({ params, body }, { agents }) => {
  return { status: 200, body: agents.update(params.agentId, body) };
};
