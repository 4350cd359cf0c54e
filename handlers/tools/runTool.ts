import type { Handler } from "../../lib/handler.ts";

export const runTool: Handler<"runTool"> = async ({ params, body, signal }, { tools }) => {
  const run = await tools.run(params.sessionId, params.toolName, body.input, signal);
  return { status: run.output === null && run.action?.state === "pending" ? 202 : 200, body: run };
};
