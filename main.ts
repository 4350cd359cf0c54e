import { randomFillSync } from "node:crypto";
import contract from "./packages/shared/src/contract.gen.json" with { type: "json" };
import packageJson from "./package.json" with { type: "json" };
import { registry } from "./handlers/registry.gen.ts";
import { type Clock, systemClock, timestamp } from "./lib/clock.ts";
import { loadConfig, type Config } from "./lib/config.ts";
import { createCore, createSettings } from "./lib/core/index.ts";
import { strikeAt } from "./lib/failpoint.ts";
import { createIds } from "./lib/id.ts";
import { createModelClient } from "./lib/models/index.ts";
import {
  createGit,
  createRunPage,
  createWebFetcher,
  createWorkspaceHosts,
  openProcesses,
  removeStaleLocks,
} from "./lib/platform/index.ts";
import { openReplication } from "./lib/replica/index.ts";
import { openApiKey } from "./lib/security/api-key.ts";
import {
  attended,
  createDescription,
  createServer,
  endOnFault,
  greeting,
  publishDiscovery,
  publishedUrl,
  stopOnSignal,
} from "./lib/server/index.ts";
import { createDatabaseCopier } from "./lib/storage/copying/database-copier.ts";
import { faultSentence, holdDataFolder, openStorage } from "./lib/storage/index.ts";
import { createDeltaWriter, createEventFeed } from "./lib/streaming/index.ts";
import { createToolbox } from "./lib/tools/index.ts";

const version = packageJson.version;

export interface RunningServer {
  url: string;
  dataDir: string;
  /** The default model; null when none is chosen. */
  model: string | null;
  /** What a restore of the databases meant, for people; null when there was none. */
  restored: string | null;
  /** Ends cleanly; what runs goes on in the next life. */
  stop(): Promise<void>;
}

export interface Surroundings {
  clock?: Clock | undefined;
  /** Hears of faults of the storage, after which nothing is written any more. By default they are thrown. */
  onFault?: ((error: unknown) => void) | undefined;
}

/** One server on one data folder. Throws an Error with a sentence a person can act on when it cannot start. */
export async function startServer(
  config: Readonly<Config>,
  surroundings: Surroundings = {},
): Promise<RunningServer> {
  const release = holdDataFolder({ ...config, holder: () => publishedUrl(config.dataDir) });
  try {
    const server = await attended(config, () => assemble(config, surroundings));
    return { ...server, stop: () => server.stop().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

/** Introduces everyone to everyone: config → stores → services → handlers → listen. */
async function assemble(
  config: Readonly<Config>,
  { clock = systemClock, onFault }: Surroundings,
): Promise<RunningServer> {
  const startedAt = timestamp(clock.now());
  const { isKey } = openApiKey({ dataDir: config.dataDir, configured: config.apiKey });
  const reach = strikeAt(config.failpoint, () => process.kill(process.pid, "SIGKILL"));
  const storage = openStorage({ ...config, clock, onFault, reach });
  const settings = createSettings({ store: storage.settings, clock, environment: config.providers });
  const deltas = createDeltaWriter({ log: storage.events, ...storage });
  const feed = createEventFeed({ log: storage.events, snapshot: (sessionId) => core.snapshot(sessionId) });
  const environment = config.commandEnvironment;
  const processes = openProcesses(config);
  await processes.reap(() => removeStaleLocks(config.workspacesDir)); // Nothing of before is at work, or in the way.
  const hosts = createWorkspaceHosts({ ...config, environment, processes, reach });
  await hosts.clear();
  const reportFault = (message: string, cause: unknown) => server.reportFault(message, cause);
  const run = createRunPage(processes, environment);
  const copyDatabase = createDatabaseCopier({ ...config, run });
  const copies = { copyDatabase, run, drill: `${import.meta.dirname}/deploy/restore-drill.ts` };
  const replication = await openReplication(config, { ...copies, storage, clock, reportFault });
  const core = createCore({
    settings,
    endStreams: (sessionId) => feed.end(sessionId),
    runtime: {
      storage: { ...storage, attachments: replication?.attachments ?? storage.attachments },
      ...{ clock, deltas, hosts, reach, reportFault },
      newId: createIds({ now: clock.now, random: randomFillSync, after: storage.newestId() }),
      models: createModelClient({ providers: settings, idleTimeoutMs: config.modelIdleTimeoutMs }),
      toolbox: createToolbox(),
      fetcher: createWebFetcher(),
      git: createGit({ ...config, environment, processes, reach }),
      limits: config,
      defaultModel: config.defaultModel,
      allowLocalRepositories: config.allowLocalRepositories,
    },
  });
  const description = createDescription({ config, version, contract, startedAt, ...hosts });
  const services = { ...core.services, events: feed, server: description };
  const server = createServer({ contract, handlers: registry, services, storage, isKey, clock, config });
  const restored = await core.restore(); // Before anybody asks, and before what it ends goes on.
  const url = await server.listen({ host: config.host, port: config.port });
  const withdraw = publishDiscovery({ dataDir: config.dataDir, url, version, startedAt, pid: process.pid });
  core.start();
  replication?.start();
  return {
    url,
    dataDir: config.dataDir,
    model: settings.resolve([]).model ?? config.defaultModel ?? null,
    restored,
    stop: async () => {
      withdraw();
      await Promise.all([server.close(), core.stop(config.gracePeriodMs), replication?.stop()]);
      processes.close();
      deltas.close();
      storage.close();
    },
  };
}

/** The program: starts, tells a person where it is, and ends cleanly on SIGTERM or SIGINT; a second signal ends it at once. */
export async function main(): Promise<void> {
  try {
    const config = loadConfig();
    const life: { starting?: Promise<RunningServer> } = {};
    // From the first moment on: a deploy may replace a life that is still taking up what the one before it left.
    stopOnSignal(async () => {
      console.log("\n  Stopping. What runs goes on at the next start; Ctrl-C again ends it at once.");
      await (await life.starting)?.stop();
    });
    const onFault = (error: unknown) => endOnFault(faultSentence(error));
    const server = await (life.starting = startServer(config, { onFault }));
    if (server.restored !== null) console.error(`\n  ${server.restored}`);
    console.log(greeting({ ...server, version, isKeyConfigured: config.apiKey !== undefined }));
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    console.error(`\n  ${sentence.replaceAll("\n", "\n  ")}\n`);
    process.exitCode = 1;
  }
}
