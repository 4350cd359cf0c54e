import contract from "../../packages/shared/src/contract.gen.json" with { type: "json" };
import { registry } from "../../handlers/registry.gen.ts";
import { createCore, type Core } from "../../lib/core/index.ts";
import { createSettings } from "../../lib/core/services/settings.ts";
import { createVariables } from "../../lib/core/variables/variables.ts";
import type { EventFeed } from "../../lib/event.ts";
import type { ReachFailpoint } from "../../lib/ports/failpoint.ts";
import type { OperationId } from "../../lib/ports/handler.ts";
import { createIds } from "../../lib/id.ts";
import { readOperations, type ContractOperation } from "../../lib/server/contract/contract.ts";
import { createInvoke, type Invoke } from "../../lib/server/requests/invoke.ts";
import type { Storage } from "../../lib/ports/storage.ts";
import { createMasking } from "../../lib/security/masking/masking.ts";
import { openStorage } from "../../lib/storage/index.ts";
import { createDeltaWriter, createEventFeed } from "../../lib/streaming/index.ts";
import { createToolbox } from "../../lib/tools/index.ts";
import { Breach } from "./audit/breach.ts";
import { createFetcher, createGit } from "./world/git.ts";
import { createHosts } from "./world/host.ts";
import { connectTo } from "./world/network.ts";
import type { Life } from "./life.ts";
import type { Random } from "./draws/random.ts";
import { createModel } from "./world/model.ts";
import { sabotaged } from "./world/sabotage.ts";
import type { Stage } from "./stage.ts";

/** The real thing but for its edges: storage, core, streams and operations of one run. */
export interface Server {
  life: Life;
  storage: Storage;
  core: Core;
  feed: EventFeed;
  invoke: Invoke;
  /** As app/assemble.ts does. */
  stop(graceMs: number): Promise<void>;
}

export const operations = new Map<OperationId, ContractOperation>(
  readOperations(contract).map((operation) => [operation.id, operation]),
);

export interface ServerParts {
  life: Life;
  stage: Stage;
  dataDir: string;
  reach: ReachFailpoint;
  /** For ids: they come from somewhere else than what happens. */
  random: Random;
}

const toolbox = createToolbox();

/** Opens the file and puts the server together; nothing of what was left behind is taken up before `core.start`. */
export function openServer({ life, stage, dataDir, reach, random }: ServerParts): Server {
  const clock = stage.time.clock(life);
  const fault = (error: unknown) => {
    if (!life.isOver) stage.breach ??= new Breach("nothing breaks but what was broken", words(error));
  };
  const opened = openStorage({
    dataDir,
    fileBytesMax: 1_000_000,
    busyTimeoutMs: 1,
    clock,
    reach,
    onFault: fault,
  });
  const storage = sabotaged(opened, stage.sabotage);
  const masking = createMasking();
  const variables = createVariables({
    ...{
      store: storage.variables,
      settings: storage.requestDatabases.settings,
      workspaces: storage.workspaces,
    },
    ...{ masking, hostVariables: {}, isOwnVariable: () => false, isOwnSecret: () => false },
  });
  const settings = createSettings({
    store: storage.settings,
    ...{ clock, masking, variables },
    environment: new Map(),
    defaults: { permissionMode: "ask" },
  });
  const timers = stage.time.timing(life);
  const deltas = createDeltaWriter({ log: storage.events, ...storage, timers });
  const feed = createEventFeed({ log: storage.events, snapshot: (id) => core.snapshot(id) });
  const core = createCore({
    settings,
    endStreams: (id) => feed.end(id),
    runtime: {
      hasReaders: (id) => feed.hasReaders(id),
      storage,
      clock,
      deltas,
      newId: createIds({
        now: clock.now,
        random: (bytes) => bytes.map(() => random.below(256)),
        after: storage.newestId(),
      }),
      reach,
      ...{ masking, variables },
      toolbox,
      sandboxState: () => "on",
      hosts: createHosts(life, stage, (...connection) =>
        connectTo({ gate: core.hostGate, storage: opened, life, stage }, ...connection),
      ),
      models: createModel(life, stage),
      fetcher: createFetcher(life, stage),
      git: createGit(life, stage),
      limits: { runningTasksMax: 2, queuedMessagesMax: 4, actionTimeoutMs: 7 * 24 * 3_600_000 },
      defaultModel: "talker@simulation",
      allowLocalRepositories: false,
      reportFault: (message, cause) =>
        stage.trace.say(`    ${life.number} fault: ${message}: ${words(cause)}`),
    },
  });
  const stopped = new AbortController();
  const services = { ...core.services, events: feed, server: unasked };
  return {
    life,
    storage,
    core,
    feed,
    invoke: createInvoke({ handlers: registry, services, storage, clock, stopped: stopped.signal }),
    stop: async (graceMs) => {
      feed.close();
      await core.stop(graceMs);
      stopped.abort(new Error("The server stops."));
      deltas.close();
    },
  };
}

const unasked = {
  describe: () => {
    throw new Error("Nobody asks who the server is here.");
  },
  contract: () => contract,
};

function words(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
