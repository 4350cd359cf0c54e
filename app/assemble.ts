import { randomFillSync } from "node:crypto";
import contract from "../packages/shared/src/contract.gen.json" with { type: "json" };
import packageJson from "../package.json" with { type: "json" };
import { registry } from "../handlers/registry.gen.ts";
import { type Clock, systemClock, timestamp } from "../lib/ports/clock.ts";
import type { Config } from "../lib/config/config.ts";
import { type Core, createCore, type Runtime } from "../lib/core/index.ts";
import type { Sandbox, SandboxReport } from "../lib/ports/sandbox.ts";
import { createIds } from "../lib/id.ts";
import { createModelClient } from "../lib/models/index.ts";
import { createWebFetcher } from "../lib/platform/index.ts";
import { type Host, openHost } from "./host.ts";
import { maskedModels } from "../lib/security/masking/masked-ports.ts";
import { createDescription, createServer, type Server, type ServerHealth } from "../lib/server/index.ts";
import { createEventFeed } from "../lib/streaming/index.ts";
import { createToolbox } from "../lib/tools/index.ts";
import { type Base, openBase } from "./base.ts";
import { openObservers, type Observers } from "./observers.ts";

export const version = packageJson.version;

export interface AssembleOptions {
  clock?: Clock | undefined;
  /** Called with a fault of the storage, after which nothing is written any more. By default the fault is thrown. */
  onFault?: ((error: unknown) => void) | undefined;
  /** Leaves alone the processes of earlier runs: they may be on the host of the server that comes back. */
  keepsEarlierRuns?: boolean;
}

/** All parts of one server on one data folder. It does not listen yet, and no task runs. */
export interface AssembledServer {
  server: Server;
  core: Core;
  startedAt: string;
  /** The default model; null when none is chosen. */
  model: string | null;
  /** The databases were restored from copies and must be repaired first: see `core.restore`. */
  isRestored: boolean;
  health: ServerHealth;
  sandbox: Pick<Sandbox, "ready">;
  /** Starts tasks and copies. */
  start(): void;
  /** Stops in order. Running tasks go on in the next run. */
  close(): Promise<void>;
}

/** Builds every part and connects them: config, stores, services, handlers. Throws an Error that tells a person what to do. */
export async function assemble(
  config: Readonly<Config>,
  options: AssembleOptions = {},
): Promise<AssembledServer> {
  const clock = options.clock ?? systemClock;
  const startedAt = timestamp(clock.now());
  const base = openBase(config, { ...options, clock });
  const { isKey, masking, storage, settings } = base;
  const eventFeed = createEventFeed({ log: storage.events, snapshot: (id) => core.snapshot(id) });
  const host = await openHost(config, { ...base, ...options, hostGate: () => core.hostGate });
  const reportFault = (message: string, cause: unknown) => server.reportFault(message, cause);
  const observers = await openObservers(config, { ...base, version, ...host, reportFault });
  const { health, metrics, replication, tracer } = observers;
  const feed = metrics?.feed(eventFeed) ?? eventFeed;
  const endStreams = (sessionId: string) => feed.end(sessionId);
  const runtime = createRuntime(config, base, { host, observers, reportFault, ...eventFeed });
  const core = createCore({ settings, endStreams, runtime });
  const { sandbox } = host;
  const description = createDescription({ config, version, contract, startedAt, sandbox, ...health });
  const services = { ...core.services, events: feed, server: description };
  const server = createServer({
    ...{ contract, handlers: registry, services, storage, isKey, clock, config },
    mask: masking.of("formats").text,
    ...{ observer: metrics, tracer },
  });
  return {
    ...{ server, core, startedAt, sandbox },
    model: settings.resolve([]).model ?? config.defaultModel ?? null,
    isRestored: storage.restoration !== null,
    health: { ...health, metrics: async () => metrics?.text() ?? "" },
    start: () => {
      core.start();
      replication?.start();
      health.start();
    },
    close: async () => {
      health.stop();
      await Promise.all([server.close(), core.stop(config.gracePeriodMs), replication?.stop()]);
      await tracer?.close();
      host.close();
      base.deltas.close();
      storage.close();
    },
  };
}

interface RuntimeParts extends Pick<Runtime, "hasReaders" | "reportFault"> {
  host: Host;
  observers: Observers;
}

function createRuntime(
  config: Readonly<Config>,
  { clock, deltas, masking, reach, settings, storage, variables }: Base,
  { host, observers, reportFault, hasReaders }: RuntimeParts,
): Runtime {
  const { metrics, replication, tracer } = observers;
  const client = createModelClient({ providers: settings, idleTimeoutMs: config.modelIdleTimeoutMs });
  const models = maskedModels(client, masking);
  const measured = metrics?.models(models) ?? models;
  const toolbox = createToolbox();
  return {
    storage: { ...storage, attachments: replication?.attachments ?? storage.attachments },
    ...{ clock, deltas, hasReaders, masking, reach, reportFault, tracer, variables },
    ...{ hosts: host.hosts, git: host.git },
    newId: createIds({ now: clock.now, random: randomFillSync, after: storage.newestId() }),
    models: tracer?.models(measured) ?? measured,
    toolbox: tracer?.toolbox(toolbox) ?? toolbox,
    sandboxState: () => stateForPolicy(host.sandbox.report().state),
    fetcher: createWebFetcher({ isReachable: host.isReachable }),
    ...{ limits: config, defaultModel: config.defaultModel },
    allowLocalRepositories: config.allowLocalRepositories,
  };
}

/** While the sandbox tests itself, commands wait for it. */
function stateForPolicy(state: SandboxReport["state"]): "on" | "off" | "refused" {
  return state === "testing" ? "on" : state;
}
