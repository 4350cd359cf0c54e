import type { Handler } from "../../lib/handler.ts";

export const deleteAgent: Handler<"deleteAgent"> = ({ params }, { agents }) => {
  agents.remove(params.agentId);
  return { status: 204 };
};
