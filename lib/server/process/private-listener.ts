import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Alarm } from "../../operating/alarm.ts";
import { problems } from "../../errors.ts";
import { createHostCheck, isMisdirected } from "../http/access-check.ts";

export interface PrivateListenerOptions {
  privateHost: string;
  /** Undefined: there is no such listener. */
  privatePort: number | undefined;
  /** Host names it answers for, besides loopback names, `privateHost` and addresses; in lower case, without port. */
  allowedHosts: readonly string[];
}

/** How a server reports its own health. */
export interface ServerHealth {
  /** Why no client can be served; null when clients can be served. */
  trouble(): string | null;
  alarms(): Alarm[];
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
}

interface StoppableServer {
  health: ServerHealth;
  stop(): Promise<void>;
}

interface ListenerState {
  /** Why the server serves no client yet or any more; null in between. */
  reason: "starting" | "stopping" | null;
  health?: ServerHealth;
}

/**
 * Starts a server and, from before its start until after its stop, answers health checks on a private port. The port has no
 * key and no contract, takes only GET and HEAD, and refuses host names that a page in a browser could have rebound to it.
 * `/live`: 200 while the process answers. `/ready`: 200 while clients are served, else 503 with the reason. Alarms are
 * included, but do not change the status, because a restart would fix none of them. `/metrics`: for Prometheus. Throws what
 * `start` throws, and an Error that says what to do when the port cannot be opened.
 */
export async function withPrivateListener<T extends StoppableServer>(
  { privateHost, privatePort, allowedHosts }: PrivateListenerOptions,
  start: () => Promise<T>,
): Promise<T> {
  if (privatePort === undefined) return start();
  const state: ListenerState = { reason: "starting" };
  const listener = createListener(state, createHostCheck([privateHost.toLowerCase(), ...allowedHosts]));
  await listen(listener, privatePort, privateHost);
  const close = () => {
    listener.close();
    listener.closeAllConnections();
  };
  try {
    const server = await start();
    Object.assign(state, { reason: null, health: server.health } satisfies ListenerState);
    const stop = () => {
      state.reason = "stopping";
      return server.stop().finally(close);
    };
    return { ...server, stop };
  } catch (error) {
    close();
    throw error;
  }
}

function createListener(state: Readonly<ListenerState>, isOurs: (host: string) => boolean): Server {
  const listener = createServer((request, response) => {
    void answerTo(request, state, isOurs)
      .catch(failed)
      .then(({ status, body }) => {
        const isText = typeof body === "string";
        response.writeHead(status, { "content-type": isText ? metricsType : jsonType, connection: "close" });
        const text = isText ? body : `${JSON.stringify(body)}\n`;
        response.end(request.method === "HEAD" ? undefined : text);
      });
  });
  listener.headersTimeout = 5000;
  return listener;
}

const jsonType = "application/json";
const metricsType = "text/plain; version=0.0.4; charset=utf-8";

interface HealthAnswer {
  status: number;
  /** Text, or a value to be sent as JSON. */
  body: unknown;
}

const notAllowed: HealthAnswer = {
  status: problems["method-not-allowed"].status,
  body: { error: "Only GET and HEAD are allowed here." },
};

function failed(error: unknown): HealthAnswer {
  return { status: problems.internal.status, body: { error: String(error) } };
}

const misdirected: HealthAnswer = {
  status: problems["misdirected-request"].status,
  body: { error: "Use an address, a loopback name, or a name of TALKCODY_ALLOWED_HOSTS as Host." },
};

async function answerTo(
  request: IncomingMessage,
  state: Readonly<ListenerState>,
  isOurs: (host: string) => boolean,
): Promise<HealthAnswer> {
  const { method, url } = request;
  if (isMisdirected(request, isOurs)) return misdirected;
  if (method !== "GET" && method !== "HEAD") return notAllowed;
  if (url === "/live") return { status: 200, body: { isLive: true } };
  if (url === "/ready") return readiness(state);
  if (url === "/metrics") return metricsOf(state);
  return { status: problems["not-found"].status, body: { error: "Expected /live, /ready or /metrics." } };
}

function readiness({ reason: own, health }: Readonly<ListenerState>): HealthAnswer {
  const reason = own ?? health?.trouble() ?? null;
  const status = reason === null ? 200 : problems.busy.status;
  return { status, body: { isReady: reason === null, reason, alarms: health?.alarms() ?? [] } };
}

/** Refused while the server stops, because its databases may already be closed. */
async function metricsOf({ reason, health }: Readonly<ListenerState>): Promise<HealthAnswer> {
  if (reason !== null || health === undefined) return { status: problems.busy.status, body: { reason } };
  return { status: 200, body: await health.metrics() };
}

async function listen(listener: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    listener.once("error", (cause) => reject(portUnavailable(cause, port, host)));
    listener.listen({ port, host }, resolve);
  });
  listener.unref();
}

function portUnavailable(cause: Error, port: number, host: string): Error {
  const sentence = `TALKCODY_PRIVATE_PORT: port ${port} of ${host} cannot be opened (${cause.message}). Choose another port.`;
  return new Error(sentence, { cause });
}
