import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { AppError } from "../errors.ts";
import type { Handlers } from "../handler.ts";
import type { Services } from "../services.ts";
import type { Storage } from "../storage.ts";
import { defaultBounds, type Bounds } from "./bounds.ts";
import { readOperations } from "./contract.ts";
import { createGuard, type GuardOptions } from "./guard.ts";
import { createInvoke } from "./invoke.ts";
import { mount } from "./mount.ts";
import { rawProblem, sendProblem } from "./problem.ts";
import { createStreams } from "./sse.ts";
import { createValidation } from "./validation.ts";
import { createSockets } from "./web-socket.ts";

export interface ServerOptions {
  /** The bundled contract as JSON. */
  contract: object;
  handlers: Handlers;
  services: Services;
  storage: Pick<Storage, "atomically" | "requests">;
  isKey(candidate: string): boolean;
  clock: Clock;
  config: Pick<Config, "bodyBytesMax" | "fileBytesMax" | "allowedHosts" | "logLevel" | "gracePeriodMs">;
  /** For tests. */
  bounds?: Partial<Bounds>;
  /** Where log lines go; the standard output without it. */
  logTo?: { write(line: string): void };
}

export interface Server {
  /** Resolves to the URL for clients on this host. Rejects where the address is taken. */
  listen(address: { host: string; port: number }): Promise<string>;
  /** Ends streams and sockets with a resume hint, lets requests under way end, and gives up on them after a while. */
  close(): Promise<void>;
  /** Logs what went wrong outside of any request. */
  reportFault(message: string, cause: unknown): void;
}

/** The contract, served over HTTP, SSE and WebSocket. Throws where an operation has no handler. */
export function createServer(options: ServerOptions): Server {
  const { config, storage } = options;
  const bounds = { ...defaultBounds, closeMs: config.gracePeriodMs, ...options.bounds };
  const stopping = new AbortController();
  const stopped = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const app = createApp(options, bounds);
  const operations = readOperations(options.contract);
  const missing = operations.filter(({ id }) => typeof options.handlers[id] !== "function");
  if (missing.length > 0) throw new Error(`No handler for ${missing.map(({ id }) => id).join(", ")}.`);

  const invoke = createInvoke({ ...options, ...storage, stopped: stopped.signal });
  const validation = createValidation(options.contract);
  const streams = createStreams(bounds);
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const sockets = createSockets({ app, operations: byId, validation, invoke, bounds, isStopping });
  hook(app, { ...config, isKey: options.isKey, bounds, isStopping });
  const body = { ...config, bounds, parseJson: jsonParser(app) };
  mount(app, { operations, validation, invoke, streams, sockets, body });

  return {
    listen: async ({ host, port }) => {
      // Fastify would bind every address of localhost, each with a server of its own.
      await app.listen({ host: host === "localhost" ? "127.0.0.1" : host, port });
      return urlOf(app.server.address() as AddressInfo);
    },
    close: async () => {
      stopping.abort();
      streams.end();
      const force = setTimeout(() => {
        stopped.abort();
        app.server.closeAllConnections();
      }, bounds.closeMs);
      await Promise.all([sockets.close(), app.close()]);
      clearTimeout(force);
    },
    reportFault: (message, cause) => app.log.error({ err: cause }, message),
  };
}

function createApp(options: ServerOptions, bounds: Bounds): FastifyInstance {
  const { logTo, config } = options;
  const { logLevel } = config;
  return fastify({
    logger: logLevel === "silent" ? false : { level: logLevel, ...(logTo ? { stream: logTo } : {}) },
    logController: new fastify.LogController({ disableRequestLogging: true }), // One line for each answer is ours.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: config.bodyBytesMax,
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
      void reply.headers({ ...headers, "x-request-id": request.id });
      sendProblem(reply as never, error); // The same reply, typed for a route without a schema.
    },
    clientErrorHandler: (error, socket) => refuseConnection(error, socket),
  });
}

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

type HookOptions = GuardOptions & { bounds: Bounds; isStopping(): boolean };

/** What holds for every request, before and after its route. */
function hook(app: FastifyInstance, options: HookOptions): void {
  const guard = createGuard(options);
  app.addHook("onRequest", (request, reply, done) => {
    void reply.headers({ ...headers, "x-request-id": request.id });
    if (options.isStopping()) void reply.header("connection", "close");
    guard(request.raw);
    if (options.isStopping()) throw new AppError("busy", "The server is stopping.", { retryAfterSeconds: 1 });
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    if (!request.raw.complete) linger(request.raw, options.bounds.lingerMs);
    const { operationId } = request.routeOptions.config as { operationId?: string };
    const ms = Math.round(reply.elapsedTime);
    request.log.info({ operationId, method: request.method, status: reply.statusCode, ms }, "answered");
    done();
  });
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error));
  app.removeAllContentTypeParsers();
  // Bodies are read by the route that wants one, after its parameters were found good.
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
}

/** Swallows the rest of a body nobody reads, so that the caller hears the answer, but not for long. */
function linger(request: IncomingMessage, lingerMs: number): void {
  const timer = setTimeout(() => request.socket.destroy(), lingerMs);
  request.once("close", () => clearTimeout(timer));
  request.once("end", () => clearTimeout(timer));
}

function jsonParser(app: FastifyInstance): (text: string) => unknown {
  const parse = app.getDefaultJsonParser("error", "error") as (
    request: unknown,
    text: string,
    done: (error: Error | null, value?: unknown) => void,
  ) => void;
  return (text) => {
    let result: { error: Error | null; value?: unknown } = { error: null };
    parse(undefined, text, (error, value) => {
      result = { error, value };
    });
    if (result.error) throw result.error;
    return result.value;
  };
}

/** What Node could not read as a request, or not in time. */
function refuseConnection(error: { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const isSlow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  const detail = isSlow ? "The request did not arrive in time." : "This is not an HTTP request we can read.";
  socket.end(rawProblem(randomUUID(), new AppError("invalid-request", detail)), () => socket.destroy());
}

function urlOf({ address, family, port }: AddressInfo): string {
  const wildcards: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const host = wildcards[address] ?? address;
  return `http://${family === "IPv6" ? `[${host}]` : host}:${port}`;
}
