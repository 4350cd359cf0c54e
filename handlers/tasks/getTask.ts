import type { Handler } from "../../lib/ports/handler.ts";

export const getTask: Handler<"getTask"> = ({ params }, { tasks }) => {
  return { status: 200, body: tasks.get(params.taskId) };
};
