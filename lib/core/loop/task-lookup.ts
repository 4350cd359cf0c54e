import type { Agent } from "../../agent.ts";
import { requireFound } from "../../errors.ts";
import type { Masking } from "../../ports/masking.ts";
import type { Session } from "../../session.ts";
import type { ResolvedSettings, Settings } from "../../settings.ts";
import { settingsLayers } from "../../settings.ts";
import type { Task } from "../../task.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { TaskMasks } from "../runtime/task-masks.ts";

/** What belongs to a task, read anew with each call: people may change it while the task runs. */
export interface TaskLookup extends TaskMasks {
  sessionOf(task: Task): Session;
  agentOf(task: Task): Agent;
  /** The settings that hold for the task now. */
  settingsOf(task: Task): ResolvedSettings;
}

export interface TaskLookupOptions {
  storage: Pick<Runtime["storage"], "sessions" | "tasks">;
  agents: { find(id: string): Agent };
  settings: { resolve(layers: readonly Settings[]): ResolvedSettings };
  masking: Masking;
}

export function createTaskLookup({ storage, agents, settings, masking }: TaskLookupOptions): TaskLookup {
  const sessionOf = ({ sessionId }: Task) =>
    requireFound(storage.sessions.get(sessionId), "session", sessionId);
  const agentOf = (task: Task) => agents.find(sessionOf(task).agentId);
  const settingsOf = (task: Task) => {
    const session = sessionOf(task);
    const current = storage.tasks.get(task.id) ?? task;
    return settings.resolve(settingsLayers(current, session, agents.find(session.agentId)));
  };
  const maskOf = (task: Task) => masking.of(settingsOf(task).maskSecrets ? "formats" : "values");
  return { sessionOf, agentOf, settingsOf, maskOf };
}
