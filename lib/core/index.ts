import { createPendingActions } from "./approvals/pending-actions.ts";
import { createJournal } from "./journal/journal.ts";
import { createRunningCalls } from "./loop/running-calls.ts";
import { createTaskLoop } from "./loop/loop.ts";
import type { LoopContext } from "./loop/loop.ts";
import { createScheduler } from "./loop/scheduler.ts";
import { createTaskLookup, type TaskLookup } from "./loop/task-lookup.ts";
import type { ModelService, Services } from "../ports/services.ts";
import { keepRemovingExpired, removeExpired } from "./recovery/expiry.ts";
import { startMaintenance } from "./recovery/maintenance.ts";
import { noteStop, recoverTasks } from "./recovery/recovery.ts";
import { restorationSummary } from "./recovery/restoration-summary.ts";
import { restore } from "./recovery/restore.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { createAgents } from "./services/agents.ts";
import { createFiles } from "./services/files.ts";
import { createSessions } from "./services/sessions.ts";
import type { GlobalSettingsService } from "./services/settings.ts";
import { createActions, createTasks } from "./services/tasks.ts";
import { createToolRuns } from "./services/tool-runs.ts";
import { isHostGranted } from "./network/granted-hosts.ts";
import { createHostGate } from "./network/host-gate.ts";
import { createRunningCommands } from "./network/running-commands.ts";
import type { HostGate } from "../ports/network.ts";
import type { Snapshot } from "../session.ts";
import { withVariables } from "./workspaces/with-variables.ts";
import { createWorkspaces } from "./workspaces/workspaces.ts";

export type { Runtime } from "./runtime/runtime.ts";

export interface CoreOptions {
  runtime: Runtime;
  settings: GlobalSettingsService;
  /** Ends the streams of a deleted session. */
  endStreams(sessionId: string): void;
}

export interface Core {
  services: Omit<Services, "events" | "server">;
  /** Decides which hosts the commands of a workspace reach. */
  hostGate: HostGate;
  snapshot(sessionId: string): Snapshot;
  /** Repairs what a restore of the databases left inconsistent. Returns a summary for people; null when nothing was restored. Call it first. */
  restore(): Promise<string | null>;
  /** Continues what another run of the server left unfinished, then starts new tasks as they come. */
  start(): void;
  /** Lets running tasks finish their step within `graceMs`. They go on in the next run of the server. */
  stop(graceMs: number): Promise<void>;
}

/** Puts the agent runtime together. */
export function createCore(options: CoreOptions): Core {
  const context = createCoreContext(options);
  const sessions = createSessions(context);
  const { runtime, scheduler, workspaces } = context;
  return {
    services: {
      sessions,
      tasks: createTasks(context),
      actions: createActions(context),
      files: createFiles(runtime),
      workspaces: withVariables(workspaces, runtime),
      tools: createToolRuns(context),
      agents: context.agents,
      settings: options.settings,
      models: createModels(options),
    },
    hostGate: context.hostGate,
    snapshot: sessions.snapshot,
    restore: async () => {
      const report = await restore(context);
      return report === undefined ? null : restorationSummary(report);
    },
    start: () => start(context),
    stop: async (graceMs) => {
      await Promise.all([scheduler.stop(graceMs), workspaces.stop()]);
      noteStop(context);
    },
  };
}

type CoreContext = ReturnType<typeof createCoreContext>;

function createCoreContext({ runtime, settings, endStreams }: CoreOptions) {
  const { storage, clock, newId } = runtime;
  const stopping = new AbortController();
  const runningCalls = createRunningCalls(runtime);
  const agents = createAgents({ store: storage.agents, clock, newId });
  const lookup = createTaskLookup({ ...runtime, agents, settings });
  const journal = createJournal({
    ...runtime,
    describeCut: runningCalls.describeCut,
    maskOf: lookup.maskOf,
  });
  const pendingActions = createPendingActions({ ...runtime, maskOf: lookup.maskOf }, journal);
  const workspaces = createWorkspaces(runtime, journal);
  const commands = createRunningCommands();
  const loop: LoopContext = {
    ...{ ...runtime, ...lookup, commands },
    isHostGranted: (workspaceId, host) => isHostGranted(runtime, { workspaceId, host }),
    ...{ journal, runningCalls, pendingActions, workspaces, stopping: stopping.signal },
  };
  const hostGate = createHostGate({
    runtime,
    journal,
    commands,
    allowsEveryHost: (taskId) => hasFullMode(runtime, lookup, taskId),
  });
  const scheduler = createScheduler({
    ...runtime,
    runTask: createTaskLoop(loop),
    stopping,
  });
  return {
    ...{ runtime, settings, endStreams, journal, pendingActions, workspaces, agents, scheduler, hostGate },
    stopping: stopping.signal,
  };
}

/** In the mode `full` nothing asks, new hosts included. */
function hasFullMode({ storage }: Runtime, { settingsOf }: TaskLookup, taskId: string): boolean {
  const task = storage.tasks.get(taskId);
  return task !== undefined && settingsOf(task).permissionMode === "full";
}

function start(context: CoreContext): void {
  const { runtime, scheduler, stopping, workspaces } = context;
  runtime.reach("recovery.begun");
  recoverTasks(context);
  removeExpired(context);
  runtime.variables.removeOrphans();
  workspaces.recover();
  runtime.reach("recovery.done");
  scheduler.start();
  void keepRemovingExpired(context, stopping);
  startMaintenance(runtime, stopping);
}

function createModels({ runtime, settings }: CoreOptions): ModelService {
  return {
    list: async () => ({
      ...(await runtime.models.list()),
      nextCursor: null,
      defaultModel: settings.resolve([]).model ?? runtime.defaultModel ?? null,
    }),
  };
}
