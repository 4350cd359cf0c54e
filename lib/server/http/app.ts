import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import type { Config } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import type { ServerLimits } from "./server-limits.ts";
import { createAccessCheck, type AccessCheckOptions } from "./access-check.ts";
import type { RequestTracer } from "../../ports/tracer.ts";
import { type LogTarget, maskedLog, maskProblems, type MaskText } from "./masked.ts";
import { problemIn, rawProblem, sendProblem } from "./problem.ts";
import { traceRequests } from "./traced.ts";
import { createOrigins, isPreflight, preflightHeaders, type Origins } from "./origins.ts";

export interface AppOptions extends AccessCheckOptions {
  /** Origins of pages that may use the server besides its own, in lower case. */
  allowedOrigins: readonly string[];
  logLevel: Config["logLevel"];
  logTo?: LogTarget | undefined;
  mask?: MaskText | undefined;
  bodyBytesMax: number;
  limits: ServerLimits;
  observer?: RequestObserver | undefined;
  tracer?: RequestTracer | undefined;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
}

/** Counts answers and problems. Called after each answer; must not throw. */
export interface RequestObserver {
  onAnswered(answer: { operationId: string | undefined; status: number }): void;
  onProblem(code: string): void;
}

/** A Fastify app without routes: the settings, checks and headers that apply to every connection and request. */
export function createApp(options: AppOptions): FastifyInstance {
  const { logLevel, logTo, mask, bodyBytesMax, limits } = options;
  const origins = createOrigins(options.allowedOrigins);
  const app = fastify({
    logger: logLevel === "silent" ? false : { level: logLevel, stream: maskedLog(logTo, mask) },
    logController: new fastify.LogController({ disableRequestLogging: true }), // We log one line for each answer ourselves.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: bodyBytesMax,
    requestTimeout: limits.requestMs,
    return503OnClosing: false, // Our problem `busy` says it instead.
    routerOptions: { maxParamLength: 16 * 1024 }, // The patterns of the contract refuse longer ones.
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: 1000,
      requireHostHeader: false, // The access check refuses a missing Host.
      shouldUpgradeCallback: isUpgrade,
    },
    frameworkErrors: (error, request, reply) => {
      void reply.headers({ ...headers, ...origins.headersFor(request.raw), "x-request-id": request.id });
      sendProblem(reply as never, error); // The same reply; only its type differs.
    },
    clientErrorHandler: refuseConnection,
    schemaController: { compilersFactory: noSchemas },
  });
  addHooks(app, { ...options, origins });
  app.removeAllContentTypeParsers();
  // The route reads the body itself, after it has checked the parameters.
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  return app;
}

/** Our own code checks the contract, so no route has a Fastify schema, and its compilers are not loaded. */
const noSchemas = {
  buildValidator: (): never => {
    throw new Error("Fastify must not compile schemas: requests are checked against the contract.");
  },
  buildSerializer: (): never => {
    throw new Error("Fastify must not compile serializers: answers are written unchanged.");
  },
};

/** Any other request for an upgrade is served like an ordinary request. */
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

/** Work before and after the route of every request. */
function addHooks(app: FastifyInstance, options: AppOptions & { origins: Origins }): void {
  const access = createAccessCheck(options);
  const traceProblem = options.tracer && traceRequests(app, options.tracer);
  app.addHook("onRequest", (request, reply, done) => {
    void reply.headers({
      ...headers,
      ...options.origins.headersFor(request.raw),
      "x-request-id": request.id,
    });
    access.admit(request.raw);
    if (isPreflight(request.raw)) return void reply.code(204).headers(preflightHeaders).send();
    access.authorize(request.raw);
    if (options.stopping.aborted)
      throw new AppError("busy", "The server is stopping. Send the request again in a moment.", {
        retryAfterSeconds: 1,
      });
    done();
  });
  app.addHook("onSend", (_request, reply, _payload, done) => {
    if (options.stopping.aborted) void reply.header("connection", "close");
    done();
  });
  maskProblems(app, options.mask);
  app.addHook("onResponse", (request, reply, done) => {
    if (!request.raw.complete && !request.raw.readableEnded)
      discardBody(request.raw, options.limits.lingerMs);
    const { operationId } = request.routeOptions.config as { operationId?: string };
    const ms = Math.round(reply.elapsedTime);
    options.observer?.onAnswered({ operationId, status: reply.statusCode });
    request.log.info({ operationId, method: request.method, status: reply.statusCode, ms }, "answered");
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    const { code } = problemIn(request.id, error);
    options.observer?.onProblem(code);
    traceProblem?.(request, code);
    return sendProblem(reply, error);
  });
}

/** Reads and drops the rest of the body for a while, because a caller that is still sending may not see the answer. */
function discardBody(request: IncomingMessage, lingerMs: number): void {
  request.resume(); // Node does this only when nobody has read any of it. The next request would wait for this body.
  const timer = setTimeout(() => request.socket.destroy(), lingerMs);
  request.once("close", () => clearTimeout(timer));
  request.once("end", () => clearTimeout(timer));
}

/** Answers a connection on which Node could not read a request, or not in time. */
function refuseConnection(error: { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const isSlow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  const detail = isSlow
    ? "The request did not arrive in time. Send it faster."
    : "Expected an HTTP/1.1 request; what came cannot be parsed.";
  socket.end(rawProblem(randomUUID(), new AppError("invalid-request", detail)), () => socket.destroy());
}
