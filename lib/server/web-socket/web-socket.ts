import type { ServerResponse, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { WebSocket, WebSocketServer } from "ws";
import { AppError } from "../../errors.ts";
import type { ServerLimits } from "../http/server-limits.ts";
import type { ContractOperation } from "../contract/contract.ts";
import { socketProtocol } from "../http/access-check.ts";
import { serveSocket, type ServeSocketOptions } from "./socket.ts";

export interface Sockets {
  /** Completes the handshake of a request that has passed the access check, and serves the socket. Throws upgrade-required, invalid-request, busy. */
  accept(operation: ContractOperation, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Closes every socket. Resolves when all are closed. */
  close(): Promise<void>;
}

export interface SocketsOptions extends Omit<ServeSocketOptions, "requestId" | "log" | "connection"> {
  app: FastifyInstance;
  limits: ServerLimits;
}

/** The WebSocket part of the server. An upgrade passes the same hooks and the same routing as every request. */
export function createSockets({ app, ...options }: SocketsOptions): Sockets {
  const context: SocketsContext = { options, handshakes: new WeakMap(), open: new Set(), server: undefined };
  app.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    context.handshakes.set(request, { socket, head });
    socket.on("error", () => socket.destroy());
    app.routing(request, responseOn(request, socket));
  });
  return {
    accept: (operation, request, reply) => accept(context, { operation, request, reply }),
    close: async () => {
      await Promise.all([...context.open].map((socket) => closeSocket(socket, options.limits.closeMs)));
    },
  };
}

interface SocketsContext {
  options: Omit<SocketsOptions, "app">;
  /** Upgrades that have not been accepted yet, by request. */
  handshakes: WeakMap<IncomingMessage, { socket: Duplex; head: Buffer }>;
  open: Set<WebSocket>;
  server: WebSocketServer | undefined;
}

interface UpgradeRequest {
  operation: ContractOperation;
  request: FastifyRequest;
  reply: FastifyReply;
}

async function accept(context: SocketsContext, { operation, request, reply }: UpgradeRequest): Promise<void> {
  const { options, open } = context;
  const handshake = context.handshakes.get(request.raw);
  requireHandshake(request, reply, handshake !== undefined);
  if (!handshake) return;
  requireRoom(open.size, options.limits.socketsMax);
  const signal = new AbortController().signal;
  await options.invoke({ operation, input: { params: {}, query: {}, headers: {}, body: undefined, signal } });
  context.server ??= await openServer(options.limits.frameBytesMax);
  const connection = reply.hijack().raw.socket;
  reply.raw.detachSocket(handshake.socket as never);
  context.server.handleUpgrade(request.raw, handshake.socket, handshake.head, (socket) => {
    reply.raw.emit("upgraded"); // For the tracer: the socket library has written the head of the answer.
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    serveSocket(socket, { ...options, connection, requestId: request.id, log: request.log });
  });
}

function requireRoom(open: number, socketsMax: number): void {
  if (open < socketsMax) return;
  const detail = `This server serves at most ${socketsMax} sockets at once. Close one, or try again later.`;
  throw new AppError("busy", detail, { retryAfterSeconds: 5 });
}

/** The response to an upgrade that is refused. When it has been sent, the connection ends. */
function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  // An import would load everything that node:http exports, including its WebSocket and fetch: 18 ms of the start.
  const response = new (process.getBuiltinModule("node:http").ServerResponse)(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as never); // An upgraded HTTP connection is a net.Socket; Node types it as the wider Duplex.
  response.once("finish", () => socket.end(() => socket.destroy()));
  return response;
}

function requireHandshake(request: FastifyRequest, reply: FastifyReply, isUpgrade: boolean): void {
  if (!isUpgrade) {
    void reply.headers({ upgrade: "websocket", connection: "Upgrade" });
    throw new AppError(
      "upgrade-required",
      "Expected a WebSocket handshake: connect with a WebSocket client.",
    );
  }
  const { "sec-websocket-key": key, "sec-websocket-version": version } = request.headers;
  if (version !== "13" || !/^[+/0-9A-Za-z]{22}==$/.test(String(key)))
    throw new AppError("invalid-request", "Expected a WebSocket handshake of version 13.");
}

/** Loads `ws` when the first socket comes, so that the server starts sooner. */
async function openServer(frameBytesMax: number): Promise<WebSocketServer> {
  const { WebSocketServer } = await import("ws");
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: frameBytesMax,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(socketProtocol) ? socketProtocol : false),
  });
}

/** The close code registered with IANA for a restart. Clients should reconnect after 5 to 30 s. */
const serviceRestart = 1012;

function closeSocket(socket: WebSocket, closeMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => socket.terminate(), Math.min(closeMs, 1000));
    socket.once("close", () => {
      clearTimeout(force);
      resolve();
    });
    socket.close(serviceRestart, "the server is stopping; subscribe again with your cursors");
  });
}
