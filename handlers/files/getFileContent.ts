import { hasEtag, isShownSafely, parseRange } from "../../lib/file.ts";
import type { Handler } from "../../lib/ports/handler.ts";

export const getFileContent: Handler<"getFileContent"> = async ({ params, headers }, { files }) => {
  const { id, name, mediaType, sizeBytes, sha256 } = files.get(params.fileId);
  if (hasEtag(headers["If-None-Match"], sha256)) return { status: 304 };
  const isInline = isShownSafely(mediaType);
  const about = { name, mediaType: isInline ? mediaType : "application/octet-stream", sha256, isInline };
  const range = parseRange(headers.Range, sizeBytes);
  if (range === undefined)
    return { status: 200, file: { ...about, sizeBytes, bytes: await files.content.open(id) } };
  const bytes = await files.content.open(id, range);
  const part = {
    ...about,
    sizeBytes: range.end - range.start + 1,
    bytes,
    range: { ...range, totalBytes: sizeBytes },
  };
  return { status: 206, file: part };
};
