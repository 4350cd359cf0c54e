import type { Handler } from "../../lib/ports/handler.ts";

export const deleteFile: Handler<"deleteFile"> = ({ params }, { files }) => {
  files.remove(params.fileId);
  return { status: 204 };
};
