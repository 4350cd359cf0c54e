import type { FastifyInstance } from "fastify";
import type { Clock } from "../ports/clock.ts";
import type { Config } from "../config/config.ts";
import { AppError } from "../errors.ts";
import type { Handlers, OperationId } from "../ports/handler.ts";
import type { Services } from "../ports/services.ts";
import type { Storage } from "../ports/storage.ts";
import type { RequestTracer } from "../ports/tracer.ts";
import { createApp, type RequestObserver } from "./http/app.ts";
import type { LogTarget, MaskText } from "./http/masked.ts";
import { defaultServerLimits, type ServerLimits } from "./http/server-limits.ts";
import { readOperations, type ContractOperation } from "./contract/contract.ts";
import { openFunctionAdapter, type AnswerEvent } from "./function-adapter.ts";
import { createInvoke } from "./requests/invoke.ts";
import { createJsonParser } from "./http/json.ts";
import { listen } from "./http/listen.ts";
import { mount, type MountOptions } from "./mount.ts";
import { trackUnusedConnections } from "./http/unused-connections.ts";
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
  /** Masks secrets in problems and log lines. By default nothing is masked. */
  mask?: MaskText;
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
  /** Replaces single limits in tests. */
  limits?: Partial<ServerLimits>;
  /** Where log lines go; standard output by default. */
  logTo?: LogTarget;
}

export interface Server {
  /** Resolves to the URL for clients on this host. Rejects with an Error that says what to do when it cannot listen. */
  listen(address: { host: string; port: number }): Promise<string>;
  /** Answers events of a function platform, except for what needs an always-on process. With `only`, serves just that operation. */
  openFunction(only?: OperationId): Promise<AnswerEvent>;
  /** Ends streams and sockets with a hint to resume, and waits at most `closeMs` for running requests. */
  close(): Promise<void>;
  /** Logs an error that happened outside of any request. */
  reportFault(message: string, cause: unknown): void;
}

/** Serves the contract over HTTP, SSE and WebSocket. Throws an Error when an operation has no handler. */
export function createServer(options: ServerOptions): Server {
  const context = createContext(options);
  const { app, operations } = context;
  mount(app, { ...context, operations, isAlwaysOn: true });
  return {
    listen: (address) => listen(app, { ...address, backlog: context.limits.backlogMax }),
    openFunction: (only) => openFunction(context, only),
    close: () => closeServer(context),
    reportFault: (message, cause) => app.log.error({ err: cause }, message),
  };
}

interface ServerContext extends Omit<MountOptions, "operations" | "isAlwaysOn"> {
  operations: readonly ContractOperation[];
  limits: ServerLimits;
  app: FastifyInstance;
  newApp(): FastifyInstance;
  functionApps: FastifyInstance[];
  /** Aborted when `close` is called: nothing new is accepted. */
  stopping: AbortController;
  /** Aborted when `close` gives up on requests that still run. */
  stopped: AbortController;
  destroyUnusedConnections(): void;
}

function createContext(options: ServerOptions): ServerContext {
  const { config, contract, mask } = options;
  const limits = { ...defaultServerLimits, closeMs: config.gracePeriodMs, ...options.limits };
  const [stopping, stopped] = [new AbortController(), new AbortController()];
  const newApp = () => createApp({ ...options, ...config, limits, stopping: stopping.signal });
  const app = newApp();
  const operations = readOperations(contract);
  requireHandlers(operations, options.handlers);
  const invoke = createInvoke({ ...options, stopped: stopped.signal });
  const validation = createValidation(contract);
  const parseJson = createJsonParser(app);
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  return {
    ...{ operations, limits, app, newApp, functionApps: [], stopping, stopped, invoke, validation },
    streams: createStreams(limits),
    destroyUnusedConnections: trackUnusedConnections(app.server),
    sockets: createSockets({
      app,
      operations: byId,
      validation,
      invoke,
      parseJson,
      ...{ limits, mask },
      stopping: stopping.signal,
    }),
    body: { ...config, limits, parseJson },
  };
}

function requireHandlers(operations: readonly ContractOperation[], handlers: Handlers): void {
  const missing = operations.filter(({ id }) => typeof handlers[id] !== "function").map(({ id }) => id);
  if (missing.length > 0) throw new Error(`No handler for ${missing.join(", ")}. Run npm run generate.`);
}

async function openFunction(context: ServerContext, only: OperationId | undefined): Promise<AnswerEvent> {
  const functionApp = context.newApp();
  context.functionApps.push(functionApp);
  const operations = context.operations.filter(({ id }) => id === (only ?? id));
  mount(functionApp, { ...context, operations, isAlwaysOn: false });
  return openFunctionAdapter(functionApp);
}

async function closeServer(context: ServerContext): Promise<void> {
  const { app, functionApps, limits, sockets, stopped } = context;
  context.stopping.abort();
  context.destroyUnusedConnections();
  context.streams.end();
  const giveUp = setTimeout(() => stopped.abort(serverStops()), limits.closeMs);
  const disconnect = setTimeout(() => app.server.closeAllConnections(), limits.closeMs + lastAnswerMs);
  await Promise.all([sockets.close(), ...[app, ...functionApps].map((each) => each.close())]);
  clearTimeout(giveUp);
  clearTimeout(disconnect);
}

/** Requests that the server gives up on get this long to be answered before their connections are closed. */
const lastAnswerMs = 200;

function serverStops(): AppError {
  const detail =
    "The server is stopping. When it is back, send the request again with the same Idempotency-Key.";
  return new AppError("busy", detail, { retryAfterSeconds: 1 });
}
