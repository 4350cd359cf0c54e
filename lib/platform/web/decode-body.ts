import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** Reads and decodes a body up to `bytesMax` decoded bytes, so that a decompression bomb is not unpacked further. */
export async function decodeBody(
  stream: Readable,
  { encoding, bytesMax }: { encoding: string; bytesMax: number },
): Promise<{ body: Uint8Array; isTruncated: boolean }> {
  const enough = new AbortController();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const collect = async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) {
      chunks.push(chunk.subarray(0, Math.max(0, bytesMax - bytes)));
      bytes += chunk.length;
      if (bytes > bytesMax) enough.abort();
    }
  };
  try {
    await pipeline(stream, decoderFor(encoding), collect, { signal: enough.signal });
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  }
  return { body: Buffer.concat(chunks), isTruncated: bytes > bytesMax };
}

function decoderFor(encoding: string): Transform {
  switch (encoding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      return new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
  }
}
