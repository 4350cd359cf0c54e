import { type ModelFailure, ModelError } from "../model.ts";
import { cutShort } from "./events.ts";
import { asRecord, asText } from "./wires/records.ts";
import { retryAfterMs } from "./retry-after.ts";

export interface FailureContext {
  /** For the message. */
  providerId: string;
  /** Never repeated in a message. */
  apiKey: string;
  /** Milliseconds since the epoch; for waits given as a date. */
  now: number;
}

/** Whatever was thrown, or came as an error in the stream, as one typed failure in words. */
export function modelErrorFrom(error: unknown, context: FailureContext): ModelError {
  if (error instanceof ModelError) return error;
  const said = providerAnswer(error);
  if (/ended without a finish reason/.test(said.message)) return cutShort();
  const failure = failureOf(error, said);
  const words = worded(said.message, context.apiKey);
  const speaker =
    said.status === undefined ? context.providerId : `${context.providerId} answered ${said.status}`;
  const advice = failure === "unauthorized" ? ` Check the key of ${context.providerId}.` : "";
  return new ModelError(failure, `${speaker}: ${sentence(words || phrases[failure])}${advice}`, {
    // The packages' errors carry whole prompts; only what lies below them is kept.
    cause: error instanceof Error ? error.cause : undefined,
    retryAfterMs: retryAfterMs(said.headers, context.now),
  });
}

const phrases: Record<ModelFailure, string> = {
  "rate-limited": "too many requests",
  overloaded: "the provider cannot answer just now",
  network: "the connection failed",
  timeout: "nothing came for too long",
  "context-overflow": "the conversation is longer than the model can read",
  unauthorized: "the API key was not accepted",
  refused: "the request was refused",
  malformed: "the answer was not understood",
};

interface Answer {
  /** Absent when no HTTP status, nor a word that means one, is known. */
  status: number | undefined;
  /** Codes and types in the provider's own words, for matching. */
  words: string;
  message: string;
  headers: Record<string, unknown>;
}

/** Errors of the packages, error events of the wires, and JSON bodies have the same few fields at different depths. */
function providerAnswer(error: unknown): Answer {
  const outer = asRecord(error);
  const body = bodyOf(outer);
  const inner = asRecord(body["error"] ?? asRecord(body["response"])["error"]);
  const codes = [inner["code"], inner["type"], inner["status"], outer["code"], outer["type"]];
  const message =
    asText(inner["message"]) ?? asText(body["message"]) ?? asText(outer["message"]) ?? asText(error) ?? "";
  const status = [outer["statusCode"], ...codes].map(Number).find((code) => code >= 300 && code <= 599);
  return {
    status,
    words: `${codes.join(" ")} ${message}`.toLowerCase(),
    message,
    headers: asRecord(outer["responseHeaders"]),
  };
}

function bodyOf(outer: Record<string, unknown>): Record<string, unknown> {
  const parsed = asRecord(outer["data"]);
  if (Object.keys(parsed).length > 0) return parsed;
  try {
    const body: unknown = JSON.parse(asText(outer["responseBody"]) ?? "{}");
    return asRecord(Array.isArray(body) ? body[0] : body);
  } catch {
    return {}; // A page of HTML, say; the status tells enough.
  }
}

const overflow =
  /context[_ ](length|window|size)|maximum context|prompt is too long|input is too long|too many (input )?tokens|input token count.*exceed|exceeds the model's max|reduce the length|request_too_large|max_prompt_tokens|range of input length/;
const outOfCredit =
  /insufficient_quota|insufficient balance|credit balance|billing_(error|hard_limit|not_active)/;

function failureOf(error: unknown, { status, words }: Answer): ModelFailure {
  if (status === 401 || status === 403 || /authentication_error|invalid_api_key|permission_error/.test(words))
    return "unauthorized";
  if (outOfCredit.test(words)) return "refused";
  if (status === 429 || /rate_limit|too_many_requests|resource_exhausted/.test(words)) return "rate-limited";
  if (status === 413 || overflow.test(words)) return "context-overflow";
  if (status === 408) return "timeout";
  if (status !== undefined && status >= 500) return "overloaded";
  if (status !== undefined || /invalid_request|bad_request|not_found/.test(words)) return "refused";
  return failureWithoutAnswer(error);
}

function failureWithoutAnswer(error: unknown): ModelFailure {
  const names = causes(error).flatMap((cause) => [asText(cause["name"]), asText(cause["code"])]);
  const has = (pattern: RegExp) => names.some((name) => name !== undefined && pattern.test(name));
  if (has(/UND_ERR_(HEADERS|BODY|CONNECT)_TIMEOUT|ETIMEDOUT|TimeoutError/)) return "timeout";
  if (has(/JSONParseError|TypeValidationError|InvalidResponseData|InvalidArgument/)) return "malformed";
  if (
    has(
      /^(UND_ERR_|E[A-Z]{3,}|ERR_|CERT_|DEPTH_|SELF_|UNABLE_)|APICallError|EmptyResponseBody|TypeError|AbortError/,
    )
  )
    return "network";
  // The request was taken and the provider told of an error of its own.
  return error instanceof Error ? "malformed" : "overloaded";
}

function causes(error: unknown): Record<string, unknown>[] {
  const chain: Record<string, unknown>[] = [];
  for (let next: unknown = error; next !== undefined && next !== null && chain.length < 8;) {
    const record = asRecord(next);
    // Names of errors stand on their prototype.
    chain.push({ name: record["name"], code: record["code"] });
    next = record["cause"];
  }
  return chain;
}

function sentence(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

const messageCharactersMax = 500;

/** One line without keys. */
function worded(message: string, apiKey: string): string {
  const known = apiKey.length >= 6 ? message.replaceAll(apiKey, "[key]") : message;
  const line = known
    .replace(/\b(sk|pk|gsk|xai|AIza|key)[-_]?[\w*-]{12,}/g, "[key]")
    .replace(/Bearer\s+\S+/gi, "Bearer [key]")
    .replace(/\/\/[^/\s@]+@/g, "//")
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= messageCharactersMax ? line : `${line.slice(0, messageCharactersMax)}…`;
}
