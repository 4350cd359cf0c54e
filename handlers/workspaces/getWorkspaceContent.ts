import { inOneChunk } from "../../lib/file.ts";
import type { Handler } from "../../lib/ports/handler.ts";

export const getWorkspaceContent: Handler<"getWorkspaceContent"> = async (
  { params, query },
  { workspaces },
) => {
  const bytes = await workspaces.read(params.workspaceId, query.path);
  const name = query.path.split("/").at(-1) ?? query.path;
  const file = {
    bytes: inOneChunk(bytes),
    sizeBytes: bytes.byteLength,
    name,
    mediaType: "application/octet-stream",
  };
  return { status: 200, file: { ...file, isInline: false } };
};
