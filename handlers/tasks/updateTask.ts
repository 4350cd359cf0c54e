import type { Handler } from "../../lib/ports/handler.ts";

export const updateTask: Handler<"updateTask"> = ({ params, body }, { tasks }) => {
  return { status: 200, body: tasks.update(params.taskId, body) };
};
