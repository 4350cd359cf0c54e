import type { Handler } from "../../lib/handler.ts";

export const uploadFile: Handler<"uploadFile"> = async ({ body }, { files }) => {
  const received = await files.receive(body);
  return () => ({ status: 201, body: received.commit() });
};
