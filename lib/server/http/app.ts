import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import type { Config } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import type { ServerLimits } from "./server-limits.ts";
import { createAccessCheck, type AccessCheckOptions } from "./access-check.ts";
import type { RequestTracer } from "../../ports/tracer.ts";
import { problemIn, rawProblem, sendProblem } from "./problem.ts";
import { traceRequests } from "./traced.ts";
import { createOrigins, isPreflight, preflightHeaders, type Origins } from "./origins.ts";

export interface AppOptions extends AccessCheckOptions {
  /** Pages that may talk to the server beside its own, lower case. */
  allowedOrigins: readonly string[];
  logLevel: Config["logLevel"];
  logTo?: { write(line: string): void };
  bodyBytesMax: number;
  bounds: ServerLimits;
  observer?: RequestObserver | undefined;
  tracer?: RequestTracer | undefined;
  isStopping(): boolean;
}

/** Whoever watches the server at work. Is told after the answer, must not throw, and changes nothing. */
export interface RequestObserver {
  onAnswered(answer: { operationId: string | undefined; status: number }): void;
  onProblem(code: string): void;
}

/** Fastify, set up for us but without a route: what holds for every connection and every request. */
export function createApp(options: AppOptions): FastifyInstance {
  const { logLevel, logTo, bodyBytesMax, bounds } = options;
  const origins = createOrigins(options.allowedOrigins);
  const app = fastify({
    logger: logLevel === "silent" ? false : { level: logLevel, ...(logTo ? { stream: logTo } : {}) },
    logController: new fastify.LogController({ disableRequestLogging: true }), // One line for each answer is ours.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: bodyBytesMax,
    requestTimeout: bounds.requestMs,
    return503OnClosing: false, // Our own busy problem says it.
    routerOptions: { maxParamLength: 16 * 1024 }, // The contract's patterns refuse what is too long.
    http: {
      headersTimeout: bounds.headersMs,
      connectionsCheckingInterval: 1000,
      requireHostHeader: false, // The guard answers for a missing Host.
      shouldUpgradeCallback: isUpgrade,
    },
    frameworkErrors: (error, request, reply) => {
      void reply.headers({ ...headers, ...origins.headersFor(request.raw), "x-request-id": request.id });
      sendProblem(reply as never, error); // The same reply, typed for a route without a schema.
    },
    clientErrorHandler: refuseConnection,
    schemaController: { compilersFactory: noSchemas },
  });
  hook(app, { ...options, origins });
  return app;
}

/** No route gives Fastify a schema, since the contract is checked here; so its compilers, with a validator of their own, are not loaded. */
const noSchemas = {
  buildValidator: (): never => {
    throw new Error("Requests are checked against the contract, not by Fastify.");
  },
  buildSerializer: (): never => {
    throw new Error("Answers are written as they are, not by Fastify.");
  },
};

/** Everything else that asks for an upgrade is served as if it had not. */
function isUpgrade(request: IncomingMessage): boolean {
  const path = request.url?.split("?", 1)[0];
  return (
    request.method === "GET" && path === "/v1/ws" && request.headers.upgrade?.toLowerCase() === "websocket"
  );
}

const headers = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Before and after the route of every request. */
function hook(app: FastifyInstance, options: AppOptions & { origins: Origins }): void {
  const access = createAccessCheck(options);
  const tellProblem = options.tracer && traceRequests(app, options.tracer);
  app.addHook("onRequest", (request, reply, done) => {
    void reply.headers({
      ...headers,
      ...options.origins.headersFor(request.raw),
      "x-request-id": request.id,
    });
    access.admit(request.raw);
    if (isPreflight(request.raw)) return void reply.code(204).headers(preflightHeaders).send();
    access.authorize(request.raw);
    if (options.isStopping()) throw new AppError("busy", "The server is stopping.", { retryAfterSeconds: 1 });
    done();
  });
  app.addHook("onSend", (_request, reply, _payload, done) => {
    if (options.isStopping()) void reply.header("connection", "close");
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    if (!request.raw.complete && !request.raw.readableEnded) linger(request.raw, options.bounds.lingerMs);
    const { operationId } = request.routeOptions.config as { operationId?: string };
    const ms = Math.round(reply.elapsedTime);
    options.observer?.onAnswered({ operationId, status: reply.statusCode });
    request.log.info({ operationId, method: request.method, status: reply.statusCode, ms }, "answered");
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    const { code } = problemIn(request.id, error);
    options.observer?.onProblem(code);
    tellProblem?.(request, code);
    return sendProblem(reply, error);
  });
  app.removeAllContentTypeParsers();
  // Bodies are read by the route that wants one, after its parameters were found good.
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
}

/** Swallows the rest of a body nobody reads, so that the caller hears the answer, but not for long. */
function linger(request: IncomingMessage, lingerMs: number): void {
  request.resume(); // Node does so only where nobody had begun to read; else the next request would wait behind it.
  const timer = setTimeout(() => request.socket.destroy(), lingerMs);
  request.once("close", () => clearTimeout(timer));
  request.once("end", () => clearTimeout(timer));
}

/** What Node could not read as a request, or not in time. */
function refuseConnection(error: { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const isSlow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  const detail = isSlow ? "The request did not arrive in time." : "This is not an HTTP request we can read.";
  socket.end(rawProblem(randomUUID(), new AppError("invalid-request", detail)), () => socket.destroy());
}
