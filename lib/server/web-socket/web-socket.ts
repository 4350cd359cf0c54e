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
  /** Completes the handshake of a request that has passed the guard, and serves the socket. Throws upgrade-required, invalid-request, busy. */
  accept(operation: ContractOperation, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Says goodbye to every peer; resolves when all are gone. */
  close(): Promise<void>;
}

export interface SocketsOptions extends Omit<ServeSocketOptions, "requestId" | "log" | "connection"> {
  app: FastifyInstance;
  limits: ServerLimits;
}

/** The WebSocket end of the server. An upgrade runs through the same hooks and the same route as every request. */
export function createSockets({ app, ...options }: SocketsOptions): Sockets {
  const { limits: bounds, invoke } = options;
  const handshakes = new WeakMap<IncomingMessage, { socket: Duplex; head: Buffer }>();
  const open = new Set<WebSocket>();
  let server: WebSocketServer | undefined;

  app.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    handshakes.set(request, { socket, head });
    socket.on("error", () => socket.destroy());
    app.routing(request, responseOn(request, socket));
  });

  return {
    accept: async (operation, request, reply) => {
      const handshake = handshakes.get(request.raw);
      requireHandshake(request, reply, handshake !== undefined);
      if (!handshake) return;
      if (open.size >= bounds.socketsMax)
        throw new AppError("busy", `This server serves ${bounds.socketsMax} sockets at once.`, {
          retryAfterSeconds: 5,
        });
      const signal = new AbortController().signal;
      await invoke({
        operation,
        input: { params: {}, query: {}, headers: {}, body: undefined, signal },
      });
      server ??= await openServer(bounds.frameBytesMax);
      const connection = reply.hijack().raw.socket;
      reply.raw.detachSocket(handshake.socket as never);
      server.handleUpgrade(request.raw, handshake.socket, handshake.head, (socket) => {
        reply.raw.emit("upgraded"); // For whoever waits for the head of the answer, which left by the socket.
        open.add(socket);
        socket.once("close", () => open.delete(socket));
        serveSocket(socket, { ...options, connection, requestId: request.id, log: request.log });
      });
    },
    close: async () => {
      await Promise.all([...open].map((socket) => goodbye(socket, bounds.closeMs)));
    },
  };
}

/** A refused upgrade is answered like any request, and then the connection ends. */
function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  // An import would evaluate all that node:http exports, its WebSocket and with it fetch too: 18 ms of the start.
  const response = new (process.getBuiltinModule("node:http").ServerResponse)(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as never); // An upgraded HTTP connection is a net.Socket; Node types it as the wider Duplex.
  response.once("finish", () => socket.end(() => socket.destroy()));
  return response;
}

function requireHandshake(request: FastifyRequest, reply: FastifyReply, isUpgrade: boolean): void {
  if (!isUpgrade) {
    void reply.headers({ upgrade: "websocket", connection: "Upgrade" });
    throw new AppError("upgrade-required", "Expected a WebSocket handshake.");
  }
  const { "sec-websocket-key": key, "sec-websocket-version": version } = request.headers;
  if (version !== "13" || !/^[+/0-9A-Za-z]{22}==$/.test(String(key)))
    throw new AppError("invalid-request", "Expected a WebSocket handshake of version 13.");
}

/** Loaded when the first socket comes, so that the server starts without it. */
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

/** Registered with IANA for a service that will be back: come again, after 5 to 30 s at the latest. */
const serviceRestart = 1012;

function goodbye(socket: WebSocket, closeMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => socket.terminate(), Math.min(closeMs, 1000));
    socket.once("close", () => {
      clearTimeout(force);
      resolve();
    });
    socket.close(serviceRestart, "the server is stopping; subscribe again with your cursors");
  });
}
