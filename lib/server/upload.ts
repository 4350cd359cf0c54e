import type { IncomingMessage } from "node:http";
import { AppError } from "../errors.ts";
import type { Upload } from "../handler.ts";
import { readMultipart } from "./multipart.ts";

export interface UploadOptions {
  fileBytesMax: number;
  /** `uploadIdleMs`: time the caller may pause. */
  bounds: { uploadIdleMs: number };
}

/** What boundaries and headers of a multipart body may add to its file. */
const envelopeBytesMax = 64 * 1024;

/** A binary body as a stream; nothing is read before the handler asks. Throws too-large for an announced size over the limit. */
export async function readUpload(
  request: IncomingMessage,
  mediaType: string,
  { fileBytesMax, bounds }: UploadOptions,
): Promise<{ value: Upload; mark: unknown }> {
  const isMultipart = mediaType === "multipart/form-data";
  const bytesMax = isMultipart ? fileBytesMax + envelopeBytesMax : fileBytesMax;
  const announced = request.headers["content-length"] ?? null;
  if (Number(announced) > bytesMax) throw tooLarge(bytesMax);
  const bytes = bounded(request, { bytesMax, idleMs: bounds.uploadIdleMs });
  const value = isMultipart
    ? await readMultipart(request.headers, bytes)
    : { filename: filenameOf(request), bytes };
  return { value, mark: { mediaType, announced } };
}

export function tooLarge(bytesMax: number): AppError {
  return new AppError("too-large", `Expected a body of at most ${bytesMax} bytes.`);
}

/** Was validated with the other parameters. */
function filenameOf(request: IncomingMessage): string | null {
  return new URL(request.url ?? "/", "http://localhost").searchParams.get("filename");
}

/** The bytes as they come. Leaves the connection usable for the answer, however it ends. */
async function* bounded(
  request: IncomingMessage,
  { bytesMax, idleMs }: { bytesMax: number; idleMs: number },
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const idle = setTimeout(() => request.destroy(new Error("The upload stalled.")), idleMs);
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      idle.refresh();
      bytes += chunk.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      yield chunk;
      idle.refresh();
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("invalid-request", "The upload was cut before its end.", { cause });
  } finally {
    clearTimeout(idle);
  }
}
