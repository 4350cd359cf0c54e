import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

/** Which pages may talk to the server, and what a browser must hear so that they can (CORS). */
export interface Origins {
  /** Without an Origin it is no page; one of the server's own host is at home; others must be allowed. */
  mayAsk(request: IncomingMessage, host: string): boolean;
  /** For every answer: an allowed page may read it. */
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

/** A browser asks, without a key, whether a page may send a request that no form could. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  const isAsking = headers["access-control-request-method"] !== undefined;
  return method === "OPTIONS" && headers.origin !== undefined && isAsking;
}

/** The same for every path, known or not. No wildcard, which would not cover Authorization; no credentials, since there are no cookies. */
export const preflightHeaders: OutgoingHttpHeaders = {
  "access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE",
  "access-control-allow-headers":
    "X-API-Key, Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Range, If-None-Match, Traceparent, Tracestate",
  "access-control-max-age": "600",
};

const exposed =
  "X-Request-Id, Retry-After, ETag, Location, Idempotency-Replayed, Content-Disposition, Content-Range, Accept-Ranges, Allow";

/** Behind a proxy the scheme may differ, so only host and port are held against each other. */
function isOwn(origin: string, host: string): boolean {
  return /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, "").toLowerCase() === host;
}
