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
  bounds: Pick<ServerLimits, "bodyMs" | "uploadIdleMs">;
  parseJson: ParseJson;
}

export interface ReadBody {
  /** What the handler gets. */
  value: unknown;
  /** What tells this body from another, for idempotency. Throws for one that streams until it was read. */
  mark(): unknown;
  bytes: number;
  isJson: boolean;
}

/** Reads the body that the contract asks for. Throws unsupported-media-type, too-large, invalid-request. */
export async function readBody(
  request: IncomingMessage,
  { takes }: ContractOperation,
  options: BodyOptions,
): Promise<ReadBody> {
  const mediaType = mediaTypeOf(request);
  if (takes.length === 0) return requireNoBody(request);
  if (!hasBody(request) && mediaType === undefined)
    throw new AppError("invalid-request", `Expected a body of type ${takes.join(" or ")}, came nothing.`);
  const isCoded = (request.headers["content-encoding"] ?? "identity") !== "identity";
  if (mediaType === undefined || !takes.includes(mediaType) || isCoded)
    throw new AppError(
      "unsupported-media-type",
      `Expected a body of type ${takes.join(" or ")}, not encoded.`,
    );
  return mediaType === "application/json"
    ? readJson(request, options)
    : { ...(await readUpload(request, mediaType, options)), bytes: 0, isJson: false };
}

/** Nothing but the type itself, perhaps with the charset that is meant anyway; a boundary where there are parts. */
function mediaTypeOf(request: IncomingMessage): string | undefined {
  const header = request.headers["content-type"];
  if (header === undefined) return undefined;
  const match = /^([a-z]+\/[a-z.+-]+)( *; *charset="?utf-8"?| *; *boundary=[^;]+)? *$/i.exec(header);
  return match?.[1]?.toLowerCase() ?? "unreadable";
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function requireNoBody(request: IncomingMessage): ReadBody {
  if (!hasBody(request)) return { value: undefined, mark: () => null, bytes: 0, isJson: false };
  if (request.method === "POST") throw new AppError("unsupported-media-type", "Expected no body.");
  throw new AppError("invalid-request", "Expected no body.");
}

async function readJson(request: IncomingMessage, options: BodyOptions): Promise<ReadBody> {
  const bytes = await readBytes(request, {
    bytesMax: options.bodyBytesMax,
    timeoutMs: options.bounds.bodyMs,
  });
  if (bytes.length === 0) throw new AppError("invalid-request", "Expected a JSON body, came an empty one.");
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
    const onClose = () => settle(new AppError("invalid-request", "The body was cut before its end."));
    const onSlow = () =>
      settle(new AppError("invalid-request", `The body did not arrive within ${timeoutMs} ms.`));
    const timer = setTimeout(onSlow, timeoutMs);
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}
