import type { AddressInfo } from "node:net";
import type { Clock } from "../ports/clock.ts";
import type { Config } from "../config/config.ts";
import { AppError } from "../errors.ts";
import type { Handlers, OperationId } from "../ports/handler.ts";
import type { Services } from "../ports/services.ts";
import type { Storage } from "../ports/storage.ts";
import type { RequestTracer } from "../ports/tracer.ts";
import { createApp, type RequestObserver } from "./http/app.ts";
import { defaultServerLimits, type ServerLimits } from "./http/server-limits.ts";
import { readOperations } from "./contract/contract.ts";
import { openFunctionAdapter, type AnswerEvent } from "./function-adapter.ts";
import { createInvoke } from "./requests/invoke.ts";
import { createJsonParser } from "./http/json.ts";
import { listenFailure } from "./http/listen-failure.ts";
import { mount } from "./mount.ts";
import { watchSilentConnections } from "./http/silent-connections.ts";
import { createStreams } from "./streams/sse.ts";
import { createValidation } from "./contract/validation.ts";
import { createSockets } from "./web-socket/web-socket.ts";

export interface ServerOptions {
  /** The bundled contract as JSON. */
  contract: object;
  handlers: Handlers;
  services: Services;
  storage: Pick<Storage, "requestDatabases" | "requests">;
  isKey(candidate: string): boolean;
  clock: Clock;
  config: Pick<
    Config,
    | "bodyBytesMax"
    | "fileBytesMax"
    | "allowedHosts"
    | "allowedOrigins"
    | "proxyAddressHeader"
    | "failedKeysMax"
    | "logLevel"
    | "gracePeriodMs"
  >;
  observer?: RequestObserver | undefined;
  tracer?: RequestTracer | undefined;
  /** For tests. */
  bounds?: Partial<ServerLimits>;
  /** Where log lines go; the standard output without it. */
  logTo?: { write(line: string): void };
}

export interface Server {
  /** Resolves to the URL for clients on this host. Rejects with what to do where it cannot listen. */
  listen(address: { host: string; port: number }): Promise<string>;
  /** Answers events of a function platform, and refuses what needs an always-on process. With `only`, nothing but that operation is found. */
  openFunction(only?: OperationId): Promise<AnswerEvent>;
  /** Ends streams and sockets with a resume hint, lets requests under way end, and gives up on them after a while. */
  close(): Promise<void>;
  /** Logs what went wrong outside of any request. */
  reportFault(message: string, cause: unknown): void;
}

/** The contract, served over HTTP, SSE and WebSocket. Throws where an operation has no handler. */
export function createServer(options: ServerOptions): Server {
  const { config } = options;
  const bounds = { ...defaultServerLimits, closeMs: config.gracePeriodMs, ...options.bounds };
  const stopping = new AbortController();
  const stopped = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const newApp = () => createApp({ ...options, ...config, bounds, isStopping });
  const app = newApp();
  const apps = [app];
  const operations = readOperations(options.contract);
  const missing = operations.filter(({ id }) => typeof options.handlers[id] !== "function");
  if (missing.length > 0) throw new Error(`No handler for ${missing.map(({ id }) => id).join(", ")}.`);

  const invoke = createInvoke({ ...options, stopped: stopped.signal });
  const validation = createValidation(options.contract);
  const streams = createStreams(bounds);
  const cutSilentConnections = watchSilentConnections(app.server);
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const parseJson = createJsonParser(app);
  const sockets = createSockets({
    app,
    operations: byId,
    validation,
    invoke,
    parseJson,
    limits: bounds,
    isStopping,
  });
  const shared = { validation, invoke, streams, sockets, body: { ...config, bounds, parseJson } };
  mount(app, { ...shared, operations, isAlwaysOn: true });

  return {
    listen: async ({ host, port }) => {
      // Fastify would bind every address of localhost, each with a server of its own.
      const address = { host: host === "localhost" ? "127.0.0.1" : host, port, backlog: bounds.backlogMax };
      await app.listen(address).catch((error: unknown) => {
        throw listenFailure(error, address);
      });
      return urlOf(app.server.address() as AddressInfo);
    },
    openFunction: async (only) => {
      const functionApp = newApp();
      apps.push(functionApp);
      const mounted = operations.filter(({ id }) => id === (only ?? id));
      mount(functionApp, { ...shared, operations: mounted, isAlwaysOn: false });
      return openFunctionAdapter(functionApp);
    },
    close: async () => {
      stopping.abort();
      cutSilentConnections();
      streams.end();
      const giveUp = setTimeout(() => stopped.abort(comeBack()), bounds.closeMs);
      const cut = setTimeout(() => app.server.closeAllConnections(), bounds.closeMs + answerMs);
      await Promise.all([sockets.close(), ...apps.map((one) => one.close())]);
      clearTimeout(giveUp);
      clearTimeout(cut);
    },
    reportFault: (message, cause) => app.log.error({ err: cause }, message),
  };
}

/** What has waited in vain is answered, before its connection is cut. */
const answerMs = 200;

function comeBack(): AppError {
  return new AppError("busy", "The server is stopping. Ask again, under the same key, when it is back.", {
    retryAfterSeconds: 1,
  });
}

function urlOf({ address, family, port }: AddressInfo): string {
  const wildcards: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const host = wildcards[address] ?? address;
  return `http://${family === "IPv6" ? `[${host}]` : host}:${port}`;
}
