import { randomFillSync } from "node:crypto";
import { join } from "node:path";
import contract from "../packages/shared/src/contract.gen.json" with { type: "json" };
import packageJson from "../package.json" with { type: "json" };
import { registry } from "../handlers/registry.gen.ts";
import { type Clock, systemClock, timestamp } from "../lib/ports/clock.ts";
import type { Config } from "../lib/config/config.ts";
import { type Core, createCore, createSettings } from "../lib/core/index.ts";
import { triggerAt } from "../lib/ports/failpoint.ts";
import { watchHealth } from "../lib/health/index.ts";
import { createIds } from "../lib/id.ts";
import { openMetrics } from "../lib/metrics/index.ts";
import { createModelClient } from "../lib/models/index.ts";
import {
  createGit,
  createRunPage,
  createWebFetcher,
  createWorkspaceHosts,
  openProcesses,
  removeStaleLocks,
} from "../lib/platform/index.ts";
import { openReplication } from "../lib/replica/index.ts";
import { openApiKey } from "../lib/security/api-key.ts";
import { createDescription, createServer, type Server, type Watched } from "../lib/server/index.ts";
import { createDatabaseCopier } from "../lib/storage/copying/database-copier.ts";
import { openStorage } from "../lib/storage/index.ts";
import { createDeltaWriter, createEventFeed } from "../lib/streaming/index.ts";
import { createToolbox } from "../lib/tools/index.ts";
import { openTracing } from "../lib/tracing/index.ts";

export const version = packageJson.version;

export interface AssembleOptions {
  clock?: Clock | undefined;
  /** Hears of faults of the storage, after which nothing is written any more. By default they are thrown. */
  onFault?: ((error: unknown) => void) | undefined;
  /** What earlier runs left running is not looked at: it may be on the host of the server that comes back. */
  keepsEarlierRuns?: boolean;
}

/** Everything of one server on one data folder, before it listens and before anything is at work. */
export interface AssembledServer {
  server: Server;
  core: Core;
  startedAt: string;
  /** The default model; null when none is chosen. */
  model: string | null;
  /** The databases were put back from copies, and nobody has looked at them yet: see `core.restore`. */
  isRestored: boolean;
  /** How it is, for the platform and for whoever measures. */
  health: Watched;
  /** Tasks go on, and copies are made. */
  start(): void;
  /** Ends cleanly; what runs goes on in the next run. */
  close(): Promise<void>;
}

/** Introduces everyone to everyone: config → stores → services → handlers. Throws an Error with a sentence a person can act on. */
export async function assemble(
  config: Readonly<Config>,
  { clock = systemClock, onFault, keepsEarlierRuns = false }: AssembleOptions = {},
): Promise<AssembledServer> {
  const startedAt = timestamp(clock.now());
  const { isKey } = openApiKey({ dataDir: config.dataDir, configured: config.apiKey });
  const reach = triggerAt(config.failpoint, () => process.kill(process.pid, "SIGKILL"));
  const storage = openStorage({ ...config, clock, onFault, reach });
  const settings = createSettings({ store: storage.settings, clock, environment: config.providers });
  const deltas = createDeltaWriter({ log: storage.events, ...storage });
  const snapshot = (sessionId: string) => core.snapshot(sessionId);
  const unwatched = createEventFeed({ log: storage.events, snapshot });
  const environment = config.commandEnvironment;
  const processes = openProcesses(config);
  // Nothing of before is at work, or in the way.
  if (!keepsEarlierRuns) await processes.reap(() => removeStaleLocks(config.workspacesDir));
  const hosts = createWorkspaceHosts({ ...config, environment, processes, reach });
  await hosts.clear();
  const reportFault = (message: string, cause: unknown) => server.reportFault(message, cause);
  const run = createRunPage(processes, environment);
  const copyDatabase = createDatabaseCopier({ ...config, run });
  const copies = { copyDatabase, run, drill: join(import.meta.dirname, "../deploy/restore-drill.ts") };
  const replication = await openReplication(config, { ...copies, storage, clock, reportFault });
  const report = (message: string) => reportFault(message, undefined);
  const replica = () => replication?.facts();
  const health = watchHealth({ ...config, clock, storage, replica, report });
  const metrics = await openMetrics(config, { version, clock, storage, health });
  const feed = metrics?.feed(unwatched) ?? unwatched;
  const tracer = await openTracing(config, { version, clock, storage, report });
  const models = createModelClient({ providers: settings, idleTimeoutMs: config.modelIdleTimeoutMs });
  const timed = metrics?.models(models) ?? models;
  const toolbox = createToolbox();
  const core = createCore({
    settings,
    endStreams: (sessionId) => feed.end(sessionId),
    runtime: {
      storage: { ...storage, attachments: replication?.attachments ?? storage.attachments },
      ...{ clock, deltas, hosts, reach, reportFault },
      newId: createIds({ now: clock.now, random: randomFillSync, after: storage.newestId() }),
      models: tracer?.models(timed) ?? timed,
      toolbox: tracer?.toolbox(toolbox) ?? toolbox,
      tracer,
      fetcher: createWebFetcher(),
      git: createGit({ ...config, environment, processes, reach }),
      limits: config,
      defaultModel: config.defaultModel,
      allowLocalRepositories: config.allowLocalRepositories,
    },
  });
  const description = createDescription({ config, version, contract, startedAt, ...hosts, ...health });
  const services = { ...core.services, events: feed, server: description };
  const options = { contract, handlers: registry, services, storage, isKey, clock, config };
  const server = createServer({ ...options, observer: metrics, tracer });
  return {
    server,
    core,
    startedAt,
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
      processes.close();
      deltas.close();
      storage.close();
    },
  };
}
