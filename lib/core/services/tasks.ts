import { AppError } from "../../errors.ts";
import type { ActionService, TaskService } from "../../ports/services.ts";
import { mergeSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import { hasEnded } from "../../task.ts";
import type { Decisions } from "../approvals/decisions.ts";
import { existing } from "../journal/ledger.ts";
import type { Journal } from "../journal/journal.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Scheduler } from "../loop/scheduler.ts";
import { createDecide } from "../approvals/verdicts.ts";

export interface TaskParts {
  runtime: Runtime;
  journal: Journal;
  scheduler: Pick<Scheduler, "abort" | "wake">;
  decisions: Decisions;
}

export function createTasks({
  runtime,
  journal,
  scheduler,
}: TaskParts): TaskService & { cancel(task: Task): Task } {
  const { storage } = runtime;
  const { tasks } = storage;
  const get = (id: string) => existing(tasks.get(id), "task", id);

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
  parts: TaskParts,
  tasks: TaskService & { cancel(task: Task): Task },
): ActionService {
  const { runtime } = parts;
  const decide = createDecide(runtime, parts.decisions);
  const { sessions, actions } = runtime.storage;
  return {
    pending: (sessionId, page) => {
      if (sessionId !== undefined) existing(sessions.get(sessionId), "session", sessionId);
      return actions.pending(sessionId, page);
    },
    create: (sessionId, request) => {
      const session = existing(sessions.get(sessionId), "session", sessionId);
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
