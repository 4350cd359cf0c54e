import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { isSignedBy } from "./s3-signature.ts";
import { bodyOf, errorDocument, listing, rangeOf, tag } from "./s3-wire.ts";

export interface FakeS3 {
  /** `http://127.0.0.1:<port>`; buckets stand in the path. */
  readonly url: string;
  /** `<bucket>/<key>` → bytes. */
  readonly objects: Map<string, Buffer>;
  /** Requests so far, those it refused too. */
  readonly requests: number;
  /** How it behaves to the requests that come from now on. */
  behave(how: "well" | "refusing" | { slowMs: number }): void;
  /** Nobody listens any more, and lines that are open are cut; `revive` listens again at the same address. */
  die(): Promise<void>;
  revive(): Promise<void>;
}

interface Stored {
  objects: Map<string, Buffer>;
  /** Uploads in parts, by their id. */
  uploads: Map<string, Map<number, Buffer>>;
}

/**
 * As much of S3 as replication asks for: objects, both listings with prefix, delimiter and pages, uploads in parts,
 * deletions one by one and many at once. A request without a signature for this access key is refused; with the secret
 * key at hand, so is one whose signature is not what the secret makes of it.
 */
export async function startFakeS3(accessKeyId: string, secretAccessKey?: string): Promise<FakeS3> {
  const stored: Stored = { objects: new Map(), uploads: new Map() };
  let how: Parameters<FakeS3["behave"]>[0] = "well";
  let requests = 0;
  let server: Server;
  let port = 0;
  const listen = async () => {
    server = createServer((request, response) => {
      requests++;
      answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    ({ port } = server.address() as AddressInfo);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    if (typeof how === "object") await pause(how.slowMs);
    const isSigned =
      secretAccessKey === undefined
        ? request.headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${accessKeyId}/`)
        : isSignedBy({ accessKeyId, secretAccessKey }, request, body);
    if (how === "refusing" || !isSigned) return refuse(response);
    return perform(stored, { request, response, body });
  };
  await listen();
  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    objects: stored.objects,
    get requests() {
      return requests;
    },
    behave: (next) => void (how = next),
    die: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    revive: async () => {
      if (!server.listening) await listen();
    },
  };
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
}

function perform({ objects, uploads }: Stored, { request, response, body }: Exchange): void {
  const url = new URL(request.url ?? "/", "http://s3");
  const [, bucket = "", key = ""] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
  const path = `${bucket}/${key}`;
  const uploadId = url.searchParams.get("uploadId");
  const parts = uploads.get(uploadId ?? "");
  if (key === "" && url.searchParams.has("delete")) return deleteAll(objects, bucket, { response, body });
  if (key === "" && request.method === "GET")
    return sendDocument(response, listing(objects, bucket, url.searchParams));
  if (request.method === "PUT" && parts !== undefined) {
    parts.set(Number(url.searchParams.get("partNumber")), body);
    return sendTagged(response, body);
  }
  if (request.method === "POST" && url.searchParams.has("uploads")) {
    const id = randomUUID();
    uploads.set(id, new Map());
    return sendDocument(response, tag("InitiateMultipartUploadResult", tag("UploadId", id)));
  }
  if (request.method === "POST" && parts !== undefined) {
    const ordered = [...parts].toSorted(([one], [other]) => one - other);
    const whole = Buffer.concat(ordered.map(([, part]) => part));
    objects.set(path, whole);
    const etag = tag("ETag", etagOf(whole).replaceAll('"', "&quot;"));
    return sendDocument(response, tag("CompleteMultipartUploadResult", tag("Key", key) + etag));
  }
  if (request.method === "PUT") {
    objects.set(path, body);
    return sendTagged(response, body);
  }
  if (request.method === "DELETE") {
    objects.delete(path);
    return void response.writeHead(204).end();
  }
  return sendObject(objects.get(path), request, response);
}

function sendObject(bytes: Buffer | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (bytes === undefined)
    return void response.writeHead(404, xml).end(errorDocument("NoSuchKey", "There is no such object."));
  const { from, to, isPart } = rangeOf(request.headers.range, bytes.length);
  const part = bytes.subarray(from, to + 1);
  response.writeHead(isPart ? 206 : 200, {
    "content-length": part.length,
    etag: etagOf(bytes),
    "last-modified": new Date().toUTCString(),
    ...(isPart && { "content-range": `bytes ${from}-${to}/${bytes.length}` }),
  });
  response.end(request.method === "HEAD" ? undefined : part);
}

function deleteAll(
  objects: Map<string, Buffer>,
  bucket: string,
  { response, body }: Pick<Exchange, "response" | "body">,
): void {
  for (const [, key = ""] of body.toString().matchAll(/<Key>(.*?)<\/Key>/g))
    objects.delete(`${bucket}/${key}`);
  sendDocument(response, tag("DeleteResult", ""));
}

const xml = { "content-type": "application/xml" };

function refuse(response: ServerResponse): void {
  response.writeHead(403, xml).end(errorDocument("AccessDenied", "Access Denied"));
}

function sendDocument(response: ServerResponse, document: string): void {
  response.writeHead(200, xml).end(document);
}

function sendTagged(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { etag: etagOf(body) }).end();
}

function etagOf(bytes: Buffer): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}
