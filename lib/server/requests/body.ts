import type { IncomingMessage } from "node:http";
import { AppError } from "../../errors.ts";
import type { ServerLimits } from "../http/server-limits.ts";
import type { ContractOperation } from "../contract/contract.ts";
import type { ParseJson } from "../http/json.ts";
import { readUpload, tooLarge } from "./upload.ts";
import { decodeUtf8, refuseIllFormedJson } from "../../well-formed.ts";

export interface BodyOptions {
  bodyBytesMax: number;
  fileBytesMax: number;
  limits: Pick<ServerLimits, "bodyMs" | "uploadIdleMs">;
  parseJson: ParseJson;
}

export interface ReadBody {
  /** The body as the handler gets it. */
  value: unknown;
  /** Identifies the body for idempotency. For a body that streams, throws until it has been read. */
  mark(): unknown;
  bytes: number;
  isJson: boolean;
}

/** Reads the body that the contract declares. Throws unsupported-media-type, too-large, invalid-request. */
export async function readBody(
  request: IncomingMessage,
  { takes }: ContractOperation,
  options: BodyOptions,
): Promise<ReadBody> {
  const mediaType = mediaTypeOf(request);
  if (takes.length === 0) return requireNoBody(request);
  if (!hasBody(request) && mediaType === undefined)
    throw new AppError("invalid-request", `Expected a body of type ${takes.join(" or ")}, but none came.`);
  const isEncoded = (request.headers["content-encoding"] ?? "identity") !== "identity";
  if (mediaType === undefined || !takes.includes(mediaType) || isEncoded)
    throw new AppError(
      "unsupported-media-type",
      `Expected a body of type ${takes.join(" or ")} without Content-Encoding; ${mediaType ?? "no Content-Type"} came.`,
    );
  return mediaType === "application/json"
    ? readJson(request, options)
    : { ...(await readUpload(request, mediaType, options)), bytes: 0, isJson: false };
}

/** The media type in lower case. The only parameters allowed are `charset=utf-8` and `boundary`. */
function mediaTypeOf(request: IncomingMessage): string | undefined {
  const header = request.headers["content-type"];
  if (header === undefined) return undefined;
  const match = /^([a-z]+\/[a-z.+-]+)( *; *charset="?utf-8"?| *; *boundary=[^;]+)? *$/i.exec(header);
  return match?.[1]?.toLowerCase() ?? "an invalid Content-Type";
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function requireNoBody(request: IncomingMessage): ReadBody {
  if (!hasBody(request)) return { value: undefined, mark: () => null, bytes: 0, isJson: false };
  if (request.method === "POST")
    throw new AppError("unsupported-media-type", "Expected no body, but one came.");
  throw new AppError("invalid-request", "Expected no body, but one came.");
}

async function readJson(request: IncomingMessage, options: BodyOptions): Promise<ReadBody> {
  const bytes = await readBytes(request, {
    bytesMax: options.bodyBytesMax,
    timeoutMs: options.limits.bodyMs,
  });
  if (bytes.length === 0) throw new AppError("invalid-request", "Expected a JSON body, but it is empty.");
  const text = decodeUtf8(bytes, { pointer: "" });
  const value = options.parseJson(text);
  refuseIllFormedJson(text, value);
  return { value, mark: () => value, bytes: bytes.length, isJson: true };
}

function readBytes(
  request: IncomingMessage,
  { bytesMax, timeoutMs }: { bytesMax: number; timeoutMs: number },
): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (error?: AppError) => {
      clearTimeout(timer);
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      if (error) reject(error);
      else resolve(Buffer.concat(chunks));
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) settle(tooLarge(bytesMax));
      else chunks.push(chunk);
    };
    const onEnd = () => settle();
    const onClose = () =>
      settle(new AppError("invalid-request", "The connection closed before the whole body arrived."));
    const onSlow = () =>
      settle(new AppError("invalid-request", `Expected the whole body within ${timeoutMs} ms.`));
    const timer = setTimeout(onSlow, timeoutMs);
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}
