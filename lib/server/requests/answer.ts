import { once } from "node:events";
import type { OutgoingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { FileBody } from "../../ports/handler.ts";
import type { ContractOperation } from "../contract/contract.ts";
import type { CallResult } from "./operation-call.ts";
import type { Streams } from "../streams/sse.ts";
import { wellFormedJson } from "../../well-formed.ts";

/** Writes the answer of a handler. */
export async function writeAnswer(
  reply: FastifyReply,
  outcome: CallResult,
  { operation, streams }: { operation: ContractOperation; streams: Streams },
): Promise<void> {
  void reply.code(outcome.status);
  if (outcome.isReplay) void reply.header("idempotency-replayed", "true");
  if (outcome.events) return writeStream(reply, outcome.events, streams);
  if (outcome.file) return writeFile(reply, outcome.file, operation);
  if (outcome.status === 204 || outcome.status === 304) return void reply.send();
  void reply.header("content-type", "application/json; charset=utf-8").send(wellFormedJson(outcome.body));
}

async function writeStream(reply: FastifyReply, events: NonNullable<CallResult["events"]>, streams: Streams) {
  if (reply.request.method !== "HEAD") return streams.write(reply, events);
  writeHead(reply.header("content-type", "text/event-stream; charset=utf-8"));
}

/** The headers make sure that a browser that opens the file executes nothing, whatever the bytes are. */
async function writeFile(reply: FastifyReply, file: FileBody, operation: ContractOperation): Promise<void> {
  const takesRange = operation.parameters.some(({ name }) => name === "Range");
  void reply.headers({
    "content-type": file.mediaType,
    "content-length": file.sizeBytes,
    "content-disposition": `${file.isInline ? "inline" : "attachment"}; ${disposition(file.name)}`,
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    ...(takesRange ? { "accept-ranges": "bytes" } : {}),
    ...(file.sha256 ? { etag: `"${file.sha256}"`, "cache-control": "private, no-cache" } : {}),
    ...(file.range ? { "content-range": contentRange(file.range) } : {}),
  });
  if (reply.request.method === "HEAD") return writeHead(reply);
  const closed = once(reply.raw, "close"); // A handler that returns before the answer is complete counts as one without an answer.
  void reply.send(Readable.from(file.bytes, { objectMode: false }));
  await closed;
}

/** Writes the head that GET would have. Fastify would set Content-Length to 0. */
function writeHead(reply: FastifyReply): void {
  const headers = reply.getHeaders() as OutgoingHttpHeaders;
  reply.hijack().raw.writeHead(reply.statusCode, headers).end();
}

function contentRange({ start, end, totalBytes }: NonNullable<FileBody["range"]>): string {
  return `bytes ${start}-${end}/${totalBytes}`;
}

/** The file name by RFC 6266: in ASCII for old clients, and encoded by RFC 5987 for all others. */
function disposition(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
