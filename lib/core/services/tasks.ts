import { AppError } from "../../errors.ts";
import type { ActionService, TaskService } from "../../ports/services.ts";
import { mergeSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import { hasEnded } from "../../task.ts";
import type { PendingActions } from "../approvals/pending-actions.ts";
import { requireFound } from "../journal/task-records.ts";
import type { Journal } from "../journal/journal.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Scheduler } from "../loop/scheduler.ts";
import { createResolveAction } from "../approvals/resolve-action.ts";

export interface TasksOptions {
  runtime: Runtime;
  journal: Journal;
  scheduler: Pick<Scheduler, "abort" | "wake">;
  decisions: PendingActions;
}

export function createTasks({
  runtime,
  journal,
  scheduler,
}: TasksOptions): TaskService & { cancel(task: Task): Task } {
  const { storage } = runtime;
  const { tasks } = storage;
  const get = (id: string) => requireFound(tasks.get(id), "task", id);

  const cancel = (task: Task): Task => {
    if (hasEnded(task))
      throw new AppError("task-ended", `The task is ${task.state}; it cannot be cancelled any more.`);
    const cancelled = journal.close(task.id, { state: "cancelled", detail: "Cancelled" });
    storage.afterCommit(() => {
      scheduler.abort(task.id);
      scheduler.wake();
    });
    return cancelled;
  };

  return {
    get,
    list: (query) => tasks.list(query),
    cancel,
    update: (id, change) => {
      const task = get(id);
      if (hasEnded(task))
        throw new AppError("task-ended", `The task is ${task.state}; it cannot be changed any more.`);
      if (change.settings !== undefined) {
        checkModel(runtime, change.settings.model);
        tasks.update(id, { settings: mergeSettings(task.settings, change.settings) });
        journal.announce(task, []);
      }
      return change.state === "cancelled" ? cancel(get(id)) : get(id);
    },
  };
}

function checkModel(runtime: Runtime, model: string | null | undefined): void {
  const problem = model ? runtime.models.problemWith(model) : undefined;
  if (problem !== undefined) throw new AppError("model-not-configured", problem);
}

export function createActions(
  parts: TasksOptions,
  tasks: TaskService & { cancel(task: Task): Task },
): ActionService {
  const { runtime } = parts;
  const decide = createResolveAction(runtime, parts.decisions);
  const { sessions, actions } = runtime.storage;
  return {
    pending: (sessionId, page) => {
      if (sessionId !== undefined) requireFound(sessions.get(sessionId), "session", sessionId);
      return actions.pending(sessionId, page);
    },
    create: (sessionId, request) => {
      const session = requireFound(sessions.get(sessionId), "session", sessionId);
      if (request.type !== "cancel") {
        const action = decide(sessionId, request);
        return { action, task: tasks.get(action.taskId) };
      }
      const task = request.taskId === undefined ? session.activeTask : tasks.get(request.taskId);
      if (task === null) throw new AppError("task-ended", "Nothing is at work in this session.");
      if (task.sessionId !== sessionId)
        throw new AppError("not-found", `Task ${task.id} is not of this session.`);
      return { action: null, task: tasks.cancel(task) };
    },
  };
}
