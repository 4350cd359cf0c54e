import { notFound } from "../../errors.ts";
import type { Agent } from "../../agent.ts";
import type { Session } from "../../session.ts";
import type { ResolvedSettings, Settings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import type { PendingActions } from "../approvals/pending-actions.ts";
import type { Journal } from "../journal/journal.ts";
import { requireFound } from "../journal/task-records.ts";
import type { Runtime } from "../runtime/runtime.ts";

import type { TaskWorkspaces } from "../workspaces/workspaces.ts";

/** What a running task needs. */
export interface Kit extends Runtime {
  journal: Journal;
  decisions: PendingActions;
  workspaces: TaskWorkspaces;
  /** A stop was asked for: go no further than the next boundary. */
  isStopping(): boolean;
  /** Aborted with busy when a stop is asked for: ends every wait that nothing hangs on. */
  stopping: AbortSignal;
  session(id: string): Session;
  task(id: string): Task;
  agentOf(session: Session): Agent;
  /** The settings that hold for a task now. */
  resolve(task: Task): ResolvedSettings;
}

export interface KitParts {
  runtime: Runtime;
  journal: Journal;
  decisions: PendingActions;
  workspaces: TaskWorkspaces;
  settings: { resolve(layers: readonly Settings[]): ResolvedSettings };
  agents: { find(id: string): Agent };
  stopping: AbortSignal;
}

export function createKit({ runtime, settings, agents, ...parts }: KitParts): Kit {
  const { sessions, tasks } = runtime.storage;
  const session = (id: string) => requireFound(sessions.get(id), "session", id);
  return {
    ...runtime,
    ...parts,
    isStopping: () => parts.stopping.aborted,
    session,
    task: (id) => requireFound(tasks.get(id), "task", id),
    agentOf: (of) => agents.find(of.agentId),
    resolve: (task) => {
      const owner = sessions.get(task.sessionId);
      if (owner === undefined) throw notFound("session", task.sessionId);
      const current = tasks.get(task.id) ?? task;
      const agent = agents.find(owner.agentId);
      return settings.resolve([
        current.settings,
        owner.settings,
        agent.model === null ? {} : { model: agent.model },
      ]);
    },
  };
}
