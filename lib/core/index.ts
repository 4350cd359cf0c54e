import { timestamp } from "../ports/clock.ts";
import type { Provider } from "../settings.ts";
import type { Services } from "../ports/services.ts";
import type { Snapshot } from "../session.ts";
import { createAgents } from "./services/agents.ts";
import { createPendingActions } from "./approvals/pending-actions.ts";
import { createFiles } from "./services/files.ts";
import { createJournal } from "./journal/journal.ts";
import { createKit } from "./loop/kit.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { createRecovery } from "./recovery/recovery.ts";
import { createRestore } from "./recovery/restore.ts";
import { restorationSummary } from "./recovery/restoration-summary.ts";
import { createScheduler } from "./loop/scheduler.ts";
import { createSessions } from "./services/sessions.ts";
import type { GlobalSettingsService } from "./services/settings.ts";
import { createActions, createTasks } from "./services/tasks.ts";
import { createToolRuns } from "./services/tool-runs.ts";
import { createMaintenance } from "./recovery/maintenance.ts";
import { createWorkspaces } from "./workspaces/workspaces.ts";

export { createSettings } from "./services/settings.ts";
export type { Runtime } from "./runtime/runtime.ts";

export interface CoreOptions {
  runtime: Runtime;
  settings: GlobalSettingsService;
  providers?: ReadonlyMap<string, Provider>;
  endStreams(sessionId: string): void;
}

/** Answers under an idempotency key are kept for twice as long as promised. */
const answersKeptMs = 48 * 3_600_000;
/** Decisions are looked through at least this often for those whose time is over. */
const expiryCheckMsMax = 30_000;

export interface Core {
  services: Omit<Services, "events" | "server">;
  snapshot(sessionId: string): Snapshot;
  /** Mends what a restore of the databases left, and says so for people; null when there was none. Before all else. */
  restore(): Promise<string | null>;
  /** Takes up what another run of the server left behind, and keeps watch. */
  start(): void;
  /** Lets running tasks reach a boundary within `graceMs`. They go on in the next run. */
  stop(graceMs: number): Promise<void>;
}

/** The runtime of the agent, put together. */
export function createCore({ runtime, settings, endStreams }: CoreOptions): Core {
  const { storage, clock, newId } = runtime;
  const stopping = new AbortController();
  const journal = createJournal(runtime);
  const decisions = createPendingActions(runtime, journal);
  const workspaces = createWorkspaces(runtime, journal);
  const agents = createAgents({ store: storage.agents, clock, newId });
  const kit = createKit({
    runtime,
    journal,
    decisions,
    workspaces,
    settings,
    agents,
    stopping: stopping.signal,
  });
  const scheduler = createScheduler(kit, stopping);
  const recovery = createRecovery(runtime, journal);
  const tasks = createTasks({ runtime, journal, scheduler, decisions });
  const sessions = createSessions({ runtime, journal, scheduler, workspaces, agents, settings, endStreams });
  const tidy = () => {
    try {
      decisions.expireOverdue();
      storage.atomically("requests.prune", () =>
        storage.requests.prune(timestamp(clock.now() - answersKeptMs)),
      );
    } catch (error) {
      runtime.reportFault("What is over could not be put away; it is tried again", error);
    }
  };
  const watch = async (checkMs: number) => {
    while (!stopping.signal.aborted) {
      await clock.sleep(checkMs, stopping.signal).then(tidy, () => {});
    }
  };
  return {
    services: {
      sessions,
      tasks,
      actions: createActions({ runtime, journal, scheduler, decisions }, tasks),
      files: createFiles(runtime),
      workspaces,
      tools: createToolRuns({ runtime, journal, scheduler }),
      agents,
      settings,
      models: {
        list: async () => ({
          ...(await runtime.models.list()),
          nextCursor: null,
          defaultModel: settings.resolve([]).model ?? runtime.defaultModel ?? null,
        }),
      },
    },
    snapshot: sessions.snapshot,
    restore: async () => {
      const report = await createRestore({ runtime, journal, workspaces })();
      return report === undefined ? null : restorationSummary(report);
    },
    start: () => {
      runtime.reach("recovery.begun");
      recovery.start();
      tidy();
      workspaces.recover();
      runtime.reach("recovery.done");
      scheduler.wake();
      storage.events.onCommitted((_, events) => {
        const makesRoom = events.some(({ type }) => type === "action.required");
        if (makesRoom) scheduler.wake();
      });
      const checkMs = Math.min(expiryCheckMsMax, runtime.limits.actionTimeoutMs);
      void watch(checkMs);
      createMaintenance(runtime, stopping.signal).start();
    },
    stop: async (graceMs) => {
      await Promise.all([scheduler.stop(graceMs), workspaces.stop()]);
      recovery.stop();
    },
  };
}
