import type { Handler } from "../../lib/ports/handler.ts";

export const deleteAgent: Handler<"deleteAgent"> = ({ params }, { agents }) => {
  agents.remove(params.agentId);
  return { status: 204 };
};
