import { backoffMs, pause } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import type { ClientOperation, PlainRequest } from "./operation.ts";
import { failureOf, NetworkError, ProblemError } from "./problem.ts";
import { routes } from "../routes.gen.ts";

/**
 * Sends one request and reads its response. Repeats it, at most `retriesMax` times, when the server cannot be reached,
 * the connection breaks or the server is busy. All tries carry the same idempotency key, so the work is done once.
 */
export async function send(
  connection: Connection,
  operation: ClientOperation,
  request: PlainRequest,
): Promise<unknown> {
  const init = initOf(connection, operation, request);
  const triesMax = isRepeatable(request.body) ? connection.retriesMax + 1 : 1;
  for (let tries = 1; ; tries++) {
    try {
      return await sendOnce(connection, operation, { request, init });
    } catch (error) {
      if (request.signal?.aborted || tries >= triesMax || !isTransient(error)) throw error;
      await pause(waitMs(connection, error, tries), request.signal);
      request.signal?.throwIfAborted();
    }
  }
}

/**
 * Sends a request once and resolves when the headers of a success have arrived; the body is not read yet.
 * Throws ProblemError, NetworkError, or the reason of the signal.
 */
export async function open(
  connection: Connection,
  operation: ClientOperation,
  { request, init }: { request: PlainRequest; init: RequestInit },
): Promise<Response> {
  const url = connection.baseUrl + pathOf(operation, request);
  const label = `${routes[operation].method} ${routes[operation].path}`;
  const response = await named(label, request.signal, () => connection.fetch(url, init));
  if (!response.ok && response.status !== 304) throw await failureOf(response, label);
  return response;
}

export function initOf(
  connection: Connection,
  operation: ClientOperation,
  request: PlainRequest,
): RequestInit {
  const { body, signal } = request;
  const init = {
    method: routes[operation].method,
    headers: headersOf(connection, operation, request),
    redirect: "error", // Following a redirect would send the key to another server.
    ...(body === undefined ? {} : { body: isBytes(body) ? body : JSON.stringify(body) }),
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
    ...(signal ? { signal } : {}),
  };
  return init as RequestInit; // The types of the DOM do not know `duplex`; browsers do.
}

function headersOf(
  { apiKey }: Connection,
  operation: ClientOperation,
  { body, headers }: PlainRequest,
): [string, string][] {
  const { method, successContentTypes } = routes[operation];
  const all: Record<string, string | undefined> = {
    accept: successContentTypes.some((type) => type === "application/json") ? "application/json" : "*/*",
    ...(body === undefined
      ? {}
      : { "content-type": isBytes(body) ? "application/octet-stream" : "application/json" }),
    ...(method === "GET" ? {} : { "Idempotency-Key": crypto.randomUUID() }),
    ...headers,
    "x-api-key": apiKey,
  };
  return Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
}

async function sendOnce(
  connection: Connection,
  operation: ClientOperation,
  sent: { request: PlainRequest; init: RequestInit },
): Promise<unknown> {
  const response = await open(connection, operation, sent);
  const types: readonly string[] = routes[operation].successContentTypes;
  if (types.length === 0) return undefined;
  if (!types.includes("application/json")) return response;
  const label = `The response to ${operation}`;
  const text = await named(label, sent.request.signal, () => response.text());
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NetworkError(`${label} is not JSON.`, { cause, status: response.status });
  }
}

/** Fetch throws a TypeError for every network failure: throws a NetworkError that names the request instead. */
async function named<T>(label: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new NetworkError(`${label} failed: the server could not be reached or the connection broke.`, {
      cause,
    });
  }
}

function pathOf(operation: ClientOperation, { params = {}, query = {} }: PlainRequest): string {
  const path = routes[operation].path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ""),
  );
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(
    pairs.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return search === "" ? path : `${path}?${search}`;
}

function isBytes(body: unknown): boolean {
  return body instanceof Blob || body instanceof Uint8Array || body instanceof ReadableStream;
}

function isRepeatable(body: unknown): boolean {
  return !(body instanceof ReadableStream);
}

/** Another try may succeed: nothing answered, a proxy answered for the server, or the server is busy. */
function isTransient(error: unknown): boolean {
  if (error instanceof ProblemError) return error.status === 503;
  if (!(error instanceof NetworkError)) return false;
  return error.status === undefined || [502, 503, 504].includes(error.status);
}

/** The wait the server asked for, or else the back-off; never more than the longest back-off. */
function waitMs({ backoff }: Connection, error: unknown, tries: number): number {
  const askedMs = error instanceof ProblemError ? error.retryAfterMs : undefined;
  return Math.min(askedMs ?? backoffMs(backoff, tries), backoff.mostMs);
}
