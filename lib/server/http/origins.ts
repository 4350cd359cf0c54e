import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

/** Which web pages may use the server, and the CORS headers that let them. */
export interface Origins {
  /** True without an Origin (then it is no web page), for the server's own origin, and for an allowed one. */
  mayAsk(request: IncomingMessage, host: string): boolean;
  /** Headers for every answer. They let an allowed page read it. */
  headersFor(request: IncomingMessage): OutgoingHttpHeaders;
}

export function createOrigins(allowedOrigins: readonly string[]): Origins {
  const allowed = new Set(allowedOrigins);
  return {
    mayAsk: ({ headers: { origin } }, host) =>
      origin === undefined || isOwn(origin, host) || allowed.has(origin.toLowerCase()),
    headersFor: ({ headers: { origin } }) => {
      if (origin === undefined || !allowed.has(origin.toLowerCase())) return { vary: "Origin" };
      const readable = { "access-control-allow-origin": origin, "access-control-expose-headers": exposed };
      return { vary: "Origin", ...readable };
    },
  };
}

/** A CORS preflight: a browser asks, without a key, whether a page may send a request that no form could send. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  const isAsking = headers["access-control-request-method"] !== undefined;
  return method === "OPTIONS" && headers.origin !== undefined && isAsking;
}

/** The same for every path, known or not. No wildcard, because it would not include Authorization; no credentials, because there are no cookies. */
export const preflightHeaders: OutgoingHttpHeaders = {
  "access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE",
  "access-control-allow-headers":
    "X-API-Key, Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Range, If-None-Match, Traceparent, Tracestate",
  "access-control-max-age": "600",
};

const exposed =
  "X-Request-Id, Retry-After, ETag, Location, Idempotency-Replayed, Content-Disposition, Content-Range, Accept-Ranges, Allow";

/** Compares only host and port, because the scheme may differ behind a proxy. */
function isOwn(origin: string, host: string): boolean {
  return /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, "").toLowerCase() === host;
}
