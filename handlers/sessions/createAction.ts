import type { Handler } from "../../lib/ports/handler.ts";

export const createAction: Handler<"createAction"> = ({ params, body }, { actions }) => {
  return { status: 200, body: actions.create(params.sessionId, body) };
};
