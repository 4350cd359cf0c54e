import { resolveAction } from "../approvals/resolve-action.ts";
import type { PendingActions } from "../approvals/pending-actions.ts";
import { AppError, requireFound } from "../../errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { Scheduler } from "../loop/scheduler.ts";
import type { ActionService, TaskService } from "../../ports/services.ts";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { mergeSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import { hasEnded } from "../../task.ts";
import { requireModel } from "./inbox.ts";

export interface TasksContext {
  runtime: Pick<Runtime, "clock" | "hosts" | "models" | "sandboxState" | "storage" | "toolbox">;
  journal: Pick<Journal, "announce" | "end">;
  scheduler: Pick<Scheduler, "abort" | "wake">;
  pendingActions: Pick<PendingActions, "resolve">;
}

export function createTasks(context: TasksContext): TaskService {
  const { tasks } = context.runtime.storage;
  return {
    get: (id) => getTask(context, id),
    list: (query) => tasks.list(query),
    update: (id, change) => updateTask(context, id, change),
  };
}

export function createActions(context: TasksContext): ActionService {
  const { sessions, actions } = context.runtime.storage;
  return {
    pending: (sessionId, page) => {
      if (sessionId !== undefined) requireFound(sessions.get(sessionId), "session", sessionId);
      return actions.pending(sessionId, page);
    },
    create: (sessionId, request) => createAction(context, sessionId, request),
  };
}

function getTask({ runtime }: TasksContext, id: string): Task {
  return requireFound(runtime.storage.tasks.get(id), "task", id);
}

function updateTask(context: TasksContext, id: string, { settings, state }: Schemas["UpdateTask"]): Task {
  const { runtime, journal } = context;
  const task = getTask(context, id);
  if (hasEnded(task))
    throw new AppError("task-ended", `The task is ${task.state}; it cannot be changed any more.`);
  if (settings !== undefined) {
    requireModel(runtime.models, settings.model);
    runtime.storage.tasks.update(id, { settings: mergeSettings(task.settings, settings) });
    journal.announce(task, []);
  }
  return state === "cancelled" ? cancelTask(context, getTask(context, id)) : getTask(context, id);
}

function cancelTask({ runtime: { storage }, journal, scheduler }: TasksContext, task: Task): Task {
  if (hasEnded(task))
    throw new AppError("task-ended", `The task is ${task.state}; it cannot be cancelled any more.`);
  const cancelled = journal.end(task.id, { state: "cancelled", detail: "Cancelled" });
  storage.afterCommit(() => {
    scheduler.abort(task.id);
    scheduler.wake();
  });
  return cancelled;
}

function createAction(
  context: TasksContext,
  sessionId: string,
  request: Schemas["CreateAction"],
): Schemas["ActionOutcome"] {
  const { sessions } = context.runtime.storage;
  const session = requireFound(sessions.get(sessionId), "session", sessionId);
  if (request.type !== "cancel") {
    const action = resolveAction(context, sessionId, request);
    return { action, task: getTask(context, action.taskId) };
  }
  const task = request.taskId === undefined ? session.activeTask : getTask(context, request.taskId);
  if (task === null) throw new AppError("task-ended", "Nothing is at work in this session.");
  if (task.sessionId !== sessionId)
    throw new AppError("not-found", `Task ${task.id} is not of this session.`);
  return { action: null, task: cancelTask(context, task) };
}
