import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { HostTarget, NetworkProxy } from "../../ports/network.ts";
import { limitLookups, resolveHost } from "../addresses/find-addresses.ts";
import { createClients, type Clients, type ClientLimits, type ProxyClient } from "./clients.ts";
import { dialTcp } from "./dial.ts";
import { forwardRequest } from "./forward.ts";
import { openUpstream, type UpstreamContext } from "./open-upstream.ts";
import { Refusal, refusalHeaders, refuseSocket } from "./refusal.ts";
import { BadTarget, readAuthority, readForwardUrl } from "./target.ts";
import { joinStreams, type TunnelLimits } from "./tunnel.ts";

export interface ProxyOptions extends Pick<UpstreamContext, "gate" | "isReachable"> {
  resolve?: UpstreamContext["resolve"];
  dial?: UpstreamContext["dial"];
  /** What each request must send as Proxy-Authorization. By default nothing. */
  authorization?: string;
  limits?: Partial<ProxyLimits>;
}

export interface ProxyLimits extends TunnelLimits, ClientLimits, Pick<UpstreamContext, "connectMs"> {
  headBytesMax: number;
}

const defaultLimits: ProxyLimits = {
  headBytesMax: 16 * 1024,
  headMs: 10_000,
  idleMs: 300_000,
  halfOpenMs: 60_000,
  connectMs: 15_000,
  connectionsMax: 1024,
  connectionsOfWorkspaceMax: 128,
};

const lookupsMax = 2;

/** HTTP is parsed by Node's own parser in its strict mode; targets are read by target.ts. */
export function createNetworkProxy(options: ProxyOptions): NetworkProxy {
  const limits = { ...defaultLimits, ...options.limits };
  const { resolve = resolveHost, dial = dialTcp } = options;
  const clients = createClients(limits);
  const context: ProxyContext = {
    ...{ ...options, dial, limits, clients, connectMs: limits.connectMs },
    resolve: limitLookups(resolve, lookupsMax),
  };
  const server = createServer({ maxHeaderSize: limits.headBytesMax, keepAliveTimeout: 0 });
  server.on("connect", (request, socket, head) => void serveTunnel(context, { request, socket, head }));
  server.on("request", (request, response) => void serveRequest(context, request, response));
  server.on("clientError", refuseBroken);
  return {
    handle: (connection, origin) => {
      if (clients.admit(connection, origin)) server.emit("connection", connection);
      else refuseSocket(connection, new Refusal(503, "The workspace has too many open connections."));
    },
    endWorkspace: (workspaceId) => clients.end(workspaceId),
    close: () => clients.close(),
  };
}

interface ProxyContext extends UpstreamContext, Pick<ProxyOptions, "authorization"> {
  limits: ProxyLimits;
  clients: Clients;
}

interface ConnectRequest {
  request: IncomingMessage;
  socket: Duplex;
  /** What came right behind the head. */
  head: Buffer;
}

async function serveTunnel(context: ProxyContext, { request, socket, head }: ConnectRequest): Promise<void> {
  try {
    const client = beginRequest(context, request);
    const upstream = await open(context, client, readAuthority(request.url ?? ""));
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) upstream.write(head);
    joinStreams(socket, upstream, context.limits);
  } catch (error) {
    refuseSocket(socket, asRefusal(error));
  }
}

async function serveRequest(
  context: ProxyContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const client = beginRequest(context, request);
    response.once("close", () => client.awaitHead());
    const { target, path } = readForwardUrl(request.url ?? "");
    const upstream = await open(context, client, target);
    const { idleMs } = context.limits;
    await forwardRequest({ request, response, target, path, upstream, idleMs });
  } catch (error) {
    const { status, message } = asRefusal(error);
    if (response.headersSent) return void response.destroy();
    response.writeHead(status, refusalHeaders).end(`${message}\n`);
  }
}

/** The client of a request whose head is whole. Throws a Refusal. */
function beginRequest({ clients, authorization }: ProxyContext, request: IncomingMessage): ProxyClient {
  const client = clients.of(request.socket);
  if (client === undefined) throw new Refusal(503, "The connection has ended.");
  client.headCame();
  const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
  if (hosts.length > 1) throw new Refusal(400, "The request has more than one Host header.");
  const expected = client.authorization ?? authorization;
  if (expected !== undefined && request.headers["proxy-authorization"] !== expected)
    throw new Refusal(407, "This proxy is not for you.");
  return client;
}

/** The connection to the target. It ends with the client. */
async function open(context: ProxyContext, client: ProxyClient, target: HostTarget): Promise<Duplex> {
  const { workspaceId, ended } = client;
  const upstream = await openUpstream(context, { workspaceId, target, signal: ended });
  upstream.on("error", () => {}); // Its reader is told too.
  if (ended.aborted) upstream.destroy();
  ended.addEventListener("abort", () => upstream.destroy(), { once: true });
  return upstream;
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof BadTarget) return new Refusal(403, error.message);
  return new Refusal(502, "The proxy could not serve the request.");
}

function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "HPE_HEADER_OVERFLOW")
    refuseSocket(socket, new Refusal(431, "The head of the request is too long."));
  else refuseSocket(socket, new Refusal(400, "The request is not valid HTTP/1.1."));
}
