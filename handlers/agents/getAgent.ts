import type { Handler } from "../../lib/ports/handler.ts";

export const getAgent: Handler<"getAgent"> = ({ params }, { agents }) => {
  return { status: 200, body: agents.get(params.agentId) };
};
