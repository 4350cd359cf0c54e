import type { Handler } from "../../lib/ports/handler.ts";

export const runTool: Handler<"runTool"> = async ({ params, body, headers, signal }, { tools }) => {
  const requestKey = headers["Idempotency-Key"];
  const run = await tools.run({ ...params, input: body.input }, { requestKey, signal });
  return { status: run.output === null && run.action?.state === "pending" ? 202 : 200, body: run };
};
