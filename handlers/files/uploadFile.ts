import type { Handler } from "../../lib/ports/handler.ts";

export const uploadFile: Handler<"uploadFile"> = async ({ body }, { files }) => {
  const { commit, discard } = await files.receive(body);
  return Object.assign(() => ({ status: 201 as const, body: commit() }), { discard });
};
