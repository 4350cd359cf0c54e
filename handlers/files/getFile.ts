import type { Handler } from "../../lib/ports/handler.ts";

export const getFile: Handler<"getFile"> = ({ params }, { files }) => {
  return { status: 200, body: files.get(params.fileId) };
};
