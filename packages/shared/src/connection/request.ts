import { backoffMs, pause } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import type { ClientOperation, PlainRequest } from "./operation.ts";
import { failureOf, NetworkError, ProblemError } from "./problem.ts";
import { routes } from "../routes.gen.ts";

/**
 * Sends one request and reads its answer. When the server could not be reached, the line was cut or the server was
 * busy, it is sent again, a bounded number of times and under the same idempotency key; so the work is done once.
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
      if (request.signal?.aborted || tries >= triesMax || !isPassing(error)) throw error;
      const asked = error instanceof ProblemError ? error.retryAfterMs : undefined;
      await pause(
        Math.min(asked ?? backoffMs(connection.backoff, tries), connection.backoff.mostMs),
        request.signal,
      );
      request.signal?.throwIfAborted();
    }
  }
}

/** The first part of an answer: a Response that says the request went well. Throws ProblemError, NetworkError, or the reason of the signal. */
export async function open(
  connection: Connection,
  operation: ClientOperation,
  { request, init }: { request: PlainRequest; init: RequestInit },
): Promise<Response> {
  const url = connection.baseUrl + pathOf(operation, request);
  const what = `${routes[operation].method} ${routes[operation].path}`;
  const response = await reach(() => connection.fetch(url, init), what, request.signal);
  if (!response.ok && response.status !== 304) throw await failureOf(response, what);
  return response;
}

export function initOf(
  connection: Connection,
  operation: ClientOperation,
  request: PlainRequest,
): RequestInit {
  const { method, successContentTypes } = routes[operation];
  const isJson = request.body !== undefined && !isBytes(request.body);
  const headers: Record<string, string | undefined> = {
    accept: successContentTypes.some((type) => type === "application/json") ? "application/json" : "*/*",
    ...(request.body === undefined
      ? {}
      : { "content-type": isJson ? "application/json" : "application/octet-stream" }),
    ...(method !== "GET" ? { "Idempotency-Key": crypto.randomUUID() } : {}),
    ...request.headers,
    "x-api-key": connection.apiKey,
  };
  const init = {
    method,
    headers: Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined),
    redirect: "error", // A redirect would take the key along to wherever it leads.
    ...(request.body === undefined ? {} : { body: isJson ? JSON.stringify(request.body) : request.body }),
    ...(request.body instanceof ReadableStream ? { duplex: "half" } : {}),
    ...(request.signal ? { signal: request.signal } : {}),
  };
  return init as RequestInit; // Without the cast `duplex`, which browsers know, has no type.
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
  const text = await reach(() => response.text(), `The answer to ${operation}`, sent.request.signal);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NetworkError(`The answer to ${operation} is no JSON.`, { cause, status: response.status });
  }
}

/** Fetch tells of every failure of the network with a TypeError; here it gets a name. An abort stays what it is. */
async function reach<T>(work: () => Promise<T>, what: string, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new NetworkError(`${what} did not get through.`, { cause });
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

/** Nobody answered, something on the way did, or the server is busy. */
function isPassing(error: unknown): boolean {
  if (error instanceof ProblemError) return error.status === 503;
  if (!(error instanceof NetworkError)) return false;
  return error.status === undefined || [502, 503, 504].includes(error.status);
}
