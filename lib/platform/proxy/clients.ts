import type { Duplex } from "node:stream";
import type { ConnectionOrigin } from "../../ports/network.ts";

export interface ClientLimits {
  /** In this time the head of a request must have come. */
  headMs: number;
  connectionsMax: number;
  connectionsOfWorkspaceMax: number;
}

/** A connection of a command. */
export interface ProxyClient {
  readonly workspaceId: string;
  /** What each request has to send as Proxy-Authorization; undefined where only the workspace can connect. */
  readonly authorization: string | undefined;
  /** Aborted when the connection is gone. */
  readonly ended: AbortSignal;
  /** From now on the head of a request has to come in time, or the connection is cut. */
  awaitHead(): void;
  headCame(): void;
}

/** The open connections of all workspaces, within their limits. */
export interface Clients {
  /** False when there are too many, or the proxy is closed. */
  admit(socket: Duplex, origin: ConnectionOrigin): boolean;
  of(socket: Duplex): ProxyClient | undefined;
  end(workspaceId: string): void;
  close(): void;
}

export function createClients(limits: ClientLimits): Clients {
  const context: ClientsContext = { limits, open: new Map(), isClosed: false };
  return {
    admit: (socket, origin) => admit(context, socket, origin),
    of: (socket) => context.open.get(socket),
    end: (workspaceId) => endAll(context, (client) => client.workspaceId === workspaceId),
    close: () => {
      context.isClosed = true;
      endAll(context, () => true);
    },
  };
}

interface ClientsContext {
  limits: ClientLimits;
  open: Map<Duplex, ProxyClient>;
  isClosed: boolean;
}

function admit(context: ClientsContext, socket: Duplex, origin: ConnectionOrigin): boolean {
  const { workspaceId, authorization } = origin;
  const { limits, open, isClosed } = context;
  socket.on("error", () => {}); // A client may go at any time.
  const own = [...open.values()].filter((client) => client.workspaceId === workspaceId).length;
  if (isClosed || open.size >= limits.connectionsMax || own >= limits.connectionsOfWorkspaceMax) return false;
  const ending = new AbortController();
  const client = createClient(socket, {
    ...{ workspaceId, authorization, ended: ending.signal },
    headMs: limits.headMs,
  });
  open.set(socket, client);
  socket.once("close", () => {
    open.delete(socket);
    client.headCame();
    ending.abort(new Error("The connection has ended."));
  });
  client.awaitHead();
  return true;
}

function createClient(
  socket: Duplex,
  { headMs, ...known }: Omit<ProxyClient, "awaitHead" | "headCame"> & { headMs: number },
): ProxyClient {
  let timer: NodeJS.Timeout | undefined;
  return {
    ...known,
    awaitHead: () => {
      clearTimeout(timer);
      if (!socket.destroyed) timer = setTimeout(() => socket.destroy(), headMs);
    },
    headCame: () => clearTimeout(timer),
  };
}

function endAll({ open }: ClientsContext, isMeant: (client: ProxyClient) => boolean): void {
  for (const [socket, client] of open) if (isMeant(client)) socket.destroy();
}
