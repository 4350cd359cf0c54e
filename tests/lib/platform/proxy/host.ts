import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { createNetworkProxy, type ProxyOptions } from "../../../../lib/platform/index.ts";
import type { HostGate, HostTarget } from "../../../../lib/ports/network.ts";

export const workspaceId = "wsp_0123456789abcdefghjkmnpqrs";
const publicAddress = "1.1.1.1";

export interface ProxyHost {
  port: number;
  /** Targets that the gate was asked about. */
  asked: HostTarget[];
  unreachable: HostTarget[];
  /** Names that were looked up. */
  lookedUp: string[];
  /** Addresses that were connected to. */
  dialled: string[];
  proxy: ReturnType<typeof createNetworkProxy>;
}

export interface ProxyHostOptions extends Partial<ProxyOptions> {
  /** The one server that stands for the whole internet. */
  internet?: { port: number };
  decide?: HostGate["decide"];
  /** Addresses of a name. By default one public address. */
  addresses?: (host: string) => string[];
}

/** The proxy on loopback. Whatever it connects to, it reaches `internet`. */
export async function startProxy(options: ProxyHostOptions = {}): Promise<ProxyHost> {
  const { internet, decide = grantAll, addresses = () => [publicAddress], ...rest } = options;
  const [asked, unreachable, lookedUp, dialled] = [[], [], [], []] as [
    HostTarget[],
    HostTarget[],
    string[],
    string[],
  ];
  const proxy = createNetworkProxy({
    gate: {
      decide: (id, target, signal) => {
        asked.push(target);
        return decide(id, target, signal);
      },
      noteUnreachable: (_id, target) => void unreachable.push(target),
    },
    isReachable: (address) => address === publicAddress,
    resolve: (host) => {
      lookedUp.push(host);
      return Promise.resolve(addresses(host).map((address) => ({ address, family: 4 })));
    },
    dial: async ({ addresses: [first] }) => {
      dialled.push(first?.address ?? "");
      const socket = connect({ port: internet?.port ?? 1, host: "127.0.0.1", allowHalfOpen: true });
      await once(socket, "connect");
      return socket;
    },
    ...rest,
  });
  const server = createServer({ allowHalfOpen: true }, (socket) => proxy.handle(socket, { workspaceId }));
  onTestFinished(() => proxy.close());
  return { port: await listen(server), asked, unreachable, lookedUp, dialled, proxy };
}

export const grantAll: HostGate["decide"] = async () => ({ isGranted: true });

export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that sends back what it gets, and ends when its client does. */
export async function echo(): Promise<{ port: number }> {
  return { port: await listen(createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket))) };
}

/** A connection that collects what comes. */
export function open(port: number) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    said: () => Buffer.concat(chunks).toString("latin1"),
    /** Once the other side has said all it has to say, or is gone. */
    ended: Promise.race([once(socket, "end"), once(socket, "close")]).catch(() => {}),
  };
}

/** The whole answer to a request, as it came. */
export async function ask(port: number, request: string | Buffer): Promise<string> {
  const { socket, said, ended } = open(port);
  socket.write(request);
  await ended;
  return said();
}

export const connectTo = (target: string) => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;
