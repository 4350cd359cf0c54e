import { decodeUtf8 } from "../../well-formed.ts";

/**
 * The same bytes of a multipart body, after a check of the head of its first part. The parser would silently replace
 * ill-formed text in a file name. Throws invalid-request.
 */
export async function* withCheckedHead(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1 && head.length <= headBytesMax) continue;
    check(end === -1 ? head : head.subarray(0, end));
    yield head;
    head = undefined;
  }
  if (head !== undefined) yield head;
}

/** The limit of the parser. */
const headBytesMax = 80 * 1024;

function check(head: Uint8Array): void {
  const text = decodeUtf8(head, { pointer: "/filename" });
  // RFC 7578 forbids `filename*`, but some old clients send it.
  const [, encoded] = /filename\*\s*=\s*[^'\s]*'[^']*'([^;\s]*)/i.exec(text) ?? [];
  if (encoded !== undefined) decodeUtf8(percentDecoded(encoded), { pointer: "/filename" });
}

function percentDecoded(text: string): Buffer {
  const pieces = text.split(/(%[0-9a-f]{2})/i);
  return Buffer.concat(
    pieces.map((piece, place) => (place % 2 === 1 ? Buffer.from(piece.slice(1), "hex") : Buffer.from(piece))),
  );
}
