import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Alarm } from "../../operating/alarm.ts";
import { problems } from "../../errors.ts";
import { createHostCheck, isMisdirected } from "../http/access-check.ts";

export interface PrivateListenerOptions {
  privateHost: string;
  /** Undefined: there is no such listener. */
  privatePort: number | undefined;
  /** Names it answers for beside loopback ones, its own and addresses; lower case, without port. */
  allowedHosts: readonly string[];
}

/** How a server is, as it says itself. */
export interface ServerHealth {
  /** Why nobody can be served; null when all can. */
  trouble(): string | null;
  alarms(): Alarm[];
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
}

interface StoppableServer {
  health: ServerHealth;
  stop(): Promise<void>;
}

interface State {
  /** Why nobody is served by the way the server lives; null while it does. */
  reason: "starting" | "stopping" | null;
  health?: ServerHealth;
}

/**
 * Starts a server, and tells the platform that it runs on how it is, from before its start to after its stop, on a port
 * of its own that is private by its address: no key, no contract, GET and HEAD only, and no name that a page in a browser
 * could have rebound to that address. `/live`: the process answers.
 * `/ready`: clients are served; else 503 with the reason. Alarms stand beside it and leave it ready, since a restart would
 * mend none of them. `/metrics`: for Prometheus. Throws what `start` throws, and an Error with a sentence a person can act
 * on when the port cannot be had.
 */
export async function withPrivateListener<T extends StoppableServer>(
  { privateHost, privatePort, allowedHosts }: PrivateListenerOptions,
  start: () => Promise<T>,
): Promise<T> {
  if (privatePort === undefined) return start();
  const state: State = { reason: "starting" };
  const listener = createListener(state, createHostCheck([privateHost.toLowerCase(), ...allowedHosts]));
  await listen(listener, privatePort, privateHost);
  const close = () => {
    listener.close();
    listener.closeAllConnections();
  };
  try {
    const server = await start();
    Object.assign(state, { reason: null, health: server.health } satisfies State);
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

function createListener(state: Readonly<State>, isOurs: (host: string) => boolean): Server {
  const listener = createServer((request, response) => {
    void answerTo(request, state, isOurs)
      .catch(unanswered)
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

interface Answer {
  status: number;
  /** Text, or something to be told as JSON. */
  body: unknown;
}

const notAllowed: Answer = {
  status: problems["method-not-allowed"].status,
  body: { error: "GET and HEAD only" },
};

function unanswered(error: unknown): Answer {
  return { status: problems.internal.status, body: { error: String(error) } };
}

const misdirected: Answer = {
  status: problems["misdirected-request"].status,
  body: { error: "Ask by an address, a loopback name, or a name of TALKCODY_ALLOWED_HOSTS" },
};

async function answerTo(
  request: IncomingMessage,
  state: Readonly<State>,
  isOurs: (host: string) => boolean,
): Promise<Answer> {
  const { method, url } = request;
  if (isMisdirected(request, isOurs)) return misdirected;
  if (method !== "GET" && method !== "HEAD") return notAllowed;
  if (url === "/live") return { status: 200, body: { isLive: true } };
  if (url === "/ready") return readiness(state);
  if (url === "/metrics") return measured(state);
  return { status: problems["not-found"].status, body: { error: "There are /live, /ready and /metrics" } };
}

function readiness({ reason: own, health }: Readonly<State>): Answer {
  const reason = own ?? health?.trouble() ?? null;
  const status = reason === null ? 200 : problems.busy.status;
  return { status, body: { isReady: reason === null, reason, alarms: health?.alarms() ?? [] } };
}

/** Not while it stops: its databases may be closed already. */
async function measured({ reason, health }: Readonly<State>): Promise<Answer> {
  if (reason !== null || health === undefined) return { status: problems.busy.status, body: { reason } };
  return { status: 200, body: await health.metrics() };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new Error(
          `TALKCODY_PRIVATE_PORT: port ${port} of ${host} cannot be had (${cause.message}). Choose another one.`,
          { cause },
        ),
      ),
    );
    server.listen({ port, host }, resolve);
  });
  server.unref();
}
