import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { AppError } from "../../errors.ts";
import type { Upload } from "../../ports/handler.ts";
import { readMultipart } from "./multipart.ts";

export interface UploadOptions {
  fileBytesMax: number;
  limits: { uploadIdleMs: number };
}

/** How much boundaries and headers of a multipart body may add to the size of the file. */
const envelopeBytesMax = 64 * 1024;

/** A binary body as a stream that is read only when the handler asks. Throws too-large when Content-Length exceeds the limit. */
export async function readUpload(
  request: IncomingMessage,
  mediaType: string,
  { fileBytesMax, limits }: UploadOptions,
): Promise<{ value: Upload; mark(): unknown }> {
  const isMultipart = mediaType === "multipart/form-data";
  const bytesMax = isMultipart ? fileBytesMax + envelopeBytesMax : fileBytesMax;
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const bytes = limited(request, { bytesMax, idleMs: limits.uploadIdleMs });
  const value = isMultipart
    ? await readMultipart(request.headers, bytes)
    : { filename: filenameOf(request), bytes };
  const { filename } = value;
  const { hashed, digest } = hashing(value.bytes);
  return { value: { filename, bytes: hashed }, mark: () => ({ mediaType, filename, sha256: digest() }) };
}

/** The same bytes, and their SHA-256 once they have been read. */
function hashing(bytes: AsyncIterable<Uint8Array>): { hashed: AsyncIterable<Uint8Array>; digest(): string } {
  const hash = createHash("sha256");
  let sha256: string | undefined;
  const read = async function* () {
    for await (const chunk of bytes) {
      hash.update(chunk);
      yield chunk;
    }
    sha256 = hash.digest("hex");
  };
  const digest = () => {
    if (sha256 === undefined) throw new Error("The hash of an upload is known only after it has been read.");
    return sha256;
  };
  return { hashed: read(), digest };
}

export function tooLarge(bytesMax: number): AppError {
  return new AppError("too-large", `Expected a body of at most ${bytesMax} bytes.`);
}

/** The query parameter, which was validated with the other parameters. */
function filenameOf(request: IncomingMessage): string | null {
  return new URL(request.url ?? "/", "http://localhost").searchParams.get("filename");
}

/** The bytes as they arrive, limited in size and in idle time. Keeps the connection open for the answer. */
async function* limited(
  request: IncomingMessage,
  { bytesMax, idleMs }: { bytesMax: number; idleMs: number },
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const idle = setTimeout(() => request.destroy(new Error("The upload paused for too long.")), idleMs);
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
    throw new AppError("invalid-request", "The connection closed before the whole upload arrived.", {
      cause,
    });
  } finally {
    clearTimeout(idle);
  }
}
