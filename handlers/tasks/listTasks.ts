import type { Handler } from "../../lib/ports/handler.ts";
import { pageOf } from "../../lib/ports/services.ts";

export const listTasks: Handler<"listTasks"> = ({ query }, { tasks }) => {
  const { limit = 50, ...filters } = query;
  return { status: 200, body: pageOf(tasks.list({ ...filters, limit: limit + 1 }), limit) };
};
