import type { Handler } from "../../lib/ports/handler.ts";
import { pageOf } from "../../lib/ports/services.ts";

export const listSessions: Handler<"listSessions"> = ({ query }, { sessions }) => {
  const { limit = 50, archived = false, ...filters } = query;
  const found = sessions.list({ ...filters, archived, limit: limit + 1 });
  return { status: 200, body: pageOf(found, limit) };
};
