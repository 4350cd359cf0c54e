import { type ModelFailure, ModelError } from "../model.ts";
import { cutShort } from "./events.ts";
import { asRecord, asText } from "./wires/records.ts";
import { retryAfterMs } from "./retry-after.ts";

export interface FailureContext {
  /** Named in the message. */
  providerId: string;
  /** Removed from the message if it appears there. */
  apiKey: string;
  /** Milliseconds since the epoch; a wait given as a date is counted from it. */
  now: number;
}

/** Turns anything that was thrown, or that came as an error in the stream, into one typed failure. */
export function modelErrorFrom(error: unknown, context: FailureContext): ModelError {
  if (error instanceof ModelError) return error;
  const answer = providerAnswer(error);
  if (/ended without a finish reason/.test(answer.message)) return cutShort();
  const failure = failureOf(error, answer);
  const message = cleaned(answer.message, context.apiKey);
  const source =
    answer.status === undefined ? context.providerId : `${context.providerId} answered ${answer.status}`;
  const advice = failure === "unauthorized" ? ` Check the key of ${context.providerId}.` : "";
  return new ModelError(failure, `${source}: ${sentence(message || phrases[failure])}${advice}`, {
    // The errors of the packages contain whole prompts, so only their cause is kept.
    cause: error instanceof Error ? error.cause : undefined,
    retryAfterMs: retryAfterMs(answer.headers, context.now),
  });
}

const phrases: Record<ModelFailure, string> = {
  "rate-limited": "too many requests",
  overloaded: "the provider cannot answer at the moment",
  network: "the connection failed",
  timeout: "no answer came in time",
  "context-overflow": "the conversation is longer than the context of the model",
  unauthorized: "the API key was not accepted",
  refused: "the request was refused",
  malformed: "the answer could not be understood",
};

interface Answer {
  /** An HTTP status, or a code that means one; undefined when there is neither. */
  status: number | undefined;
  /** Codes, types and message of the provider in lower case, for matching. */
  words: string;
  message: string;
  headers: Record<string, unknown>;
}

/** Errors of the packages, error events in a stream and JSON bodies have the same few fields at different depths. */
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
    return {}; // For example an HTML page; the status is enough.
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
  // A value that is no Error is an error event: the provider took the request and then failed.
  return error instanceof Error ? "malformed" : "overloaded";
}

function causes(error: unknown): Record<string, unknown>[] {
  const chain: Record<string, unknown>[] = [];
  for (let next: unknown = error; next !== undefined && next !== null && chain.length < 8;) {
    const record = asRecord(next);
    // Read by name, because the name of an error is on its prototype.
    chain.push({ name: record["name"], code: record["code"] });
    next = record["cause"];
  }
  return chain;
}

function sentence(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

const messageCharactersMax = 500;

/** The message on one line, without keys, of at most 500 characters. */
function cleaned(message: string, apiKey: string): string {
  const known = apiKey.length >= 6 ? message.replaceAll(apiKey, "[key]") : message;
  const line = known
    .replace(/\b(sk|pk|gsk|xai|AIza|key)[-_]?[\w*-]{12,}/g, "[key]")
    .replace(/Bearer\s+\S+/gi, "Bearer [key]")
    .replace(/\/\/[^/\s@]+@/g, "//")
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= messageCharactersMax ? line : `${line.slice(0, messageCharactersMax)}…`;
}
