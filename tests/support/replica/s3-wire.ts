import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The bytes of a request; unwrapped where they come in signed chunks. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  const isChunked = String(request.headers["x-amz-content-sha256"]).startsWith("STREAMING-");
  return isChunked ? unwrapped(bytes) : bytes;
}

/** `<hex size>;chunk-signature=…\r\n<bytes>\r\n` again and again, until a size of 0. */
function unwrapped(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString(), 16);
    if (lineEnd < 0 || !(size > 0)) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/** ListObjects and ListObjectsV2: what begins with the prefix; what has the delimiter behind it is told once, as a folder. */
export function listing(objects: Map<string, Buffer>, bucket: string, query: URLSearchParams): string {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const after = query.get("continuation-token") ?? query.get("start-after") ?? query.get("marker") ?? "";
  const most = Number(query.get("max-keys") ?? 1000);
  const names = [...objects.keys()]
    .filter((path) => path.startsWith(`${bucket}/${prefix}`))
    .map((path) => path.slice(bucket.length + 1));
  const entries = [...new Set(names.map((name) => entryOf(name, prefix, delimiter)))]
    .filter((entry) => entry > after)
    .toSorted();
  const page = entries.slice(0, most);
  const last = page.at(-1) ?? "";
  const isCut = entries.length > page.length;
  const isFolder = (entry: string) => delimiter !== "" && entry.endsWith(delimiter);
  return tag(
    "ListBucketResult",
    tag("Name", bucket) +
      tag("Prefix", prefix) +
      tag("KeyCount", String(page.length)) +
      tag("MaxKeys", String(most)) +
      tag("IsTruncated", String(isCut)) +
      (isCut ? tag("NextContinuationToken", last) + tag("NextMarker", last) : "") +
      page
        .map((entry) =>
          isFolder(entry)
            ? tag("CommonPrefixes", tag("Prefix", entry))
            : contents(entry, objects.get(`${bucket}/${entry}`)),
        )
        .join(""),
  );
}

function entryOf(name: string, prefix: string, delimiter: string): string {
  const end = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
  return end < 0 ? name : name.slice(0, end + delimiter.length);
}

function contents(key: string, bytes: Uint8Array = new Uint8Array()): string {
  const etag = createHash("md5").update(bytes).digest("hex");
  return tag(
    "Contents",
    tag("Key", key) +
      tag("LastModified", new Date().toISOString()) +
      tag("ETag", `&quot;${etag}&quot;`) +
      tag("Size", String(bytes.length)) +
      tag("StorageClass", "STANDARD"),
  );
}

/** The bytes a `Range` header asks for; all of them without one. */
export function rangeOf(
  header: string | undefined,
  length: number,
): { from: number; to: number; isPart: boolean } {
  const [, from = "0", to = ""] = /^bytes=(\d+)-(\d*)$/.exec(header ?? "") ?? [];
  const last = Math.min(to === "" ? length - 1 : Number(to), length - 1);
  return { from: Number(from), to: last, isPart: header !== undefined };
}

export function errorDocument(code: string, message: string): string {
  return tag("Error", tag("Code", code) + tag("Message", message));
}

/** Keys and ids here have no character that XML would mind. */
export function tag(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}
