import { requireFound } from "../../errors.ts";
import type { NewEvent } from "../../event.ts";
import { isToolRun } from "../../message.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Task } from "../../task.ts";
import { endTask } from "./end-task.ts";
import type { EndTaskContext } from "./end-task.ts";
import {
  announce,
  changeTask,
  deliver,
  leftMessages,
  unansweredCalls,
  waitingMessages,
} from "./task-records.ts";
import type { RecordsContext } from "./task-records.ts";

export function beginTask(context: RecordsContext, taskId: string): Task {
  const { tasks } = context.storage;
  return changeTask(context, { taskId, boundary: "task.begin" }, (task) => {
    const { delivered } = takeUp(context, task);
    if (!isCloning(context, task)) tasks.update(taskId, { isInterrupted: false });
    if (task.state === "queued")
      tasks.update(taskId, { state: "running", startedAt: timestamp(context.clock.now()) });
    const detail = task.state === "waiting" ? "Waiting for your decision" : "Working";
    announce(context, task, delivered, detail);
    return requireFound(tasks.get(taskId), "task", taskId);
  });
}

export function takeUpMessages(context: RecordsContext, taskId: string): boolean {
  return changeTask(context, { taskId, boundary: "messages.take-up" }, (task) => {
    const taken = takeUp(context, task);
    if (taken.delivered.length > 0) context.storage.events.append(task.sessionId, taken.delivered);
    return taken.hasNewMessages;
  });
}

export function completeTask(context: EndTaskContext, taskId: string): boolean {
  return changeTask(context, { taskId, boundary: "task.complete" }, (task) => {
    if (waitingMessages(context, task).length > 0) return false;
    endTask(context, taskId, { state: "completed", detail: "Done" });
    return true;
  });
}

export function hasNewMessages(context: RecordsContext, taskId: string): boolean {
  const task = requireFound(context.storage.tasks.get(taskId), "task", taskId);
  return waitingMessages(context, task).length > 0;
}

/** Adds waiting messages to the conversation, unless tool calls wait for their results. A person's tool run is taken up alone. */
function takeUp(context: RecordsContext, task: Task): { delivered: NewEvent[]; hasNewMessages: boolean } {
  if (unansweredCalls(context, task) !== undefined) return { delivered: [], hasNewMessages: false };
  const waiting = waitingMessages(context, task);
  const own = waiting[0] !== undefined && isToolRun(waiting[0]) ? waiting.slice(0, 1) : waiting;
  // For this task, the messages that ended tasks left unread are history: they come first.
  const left = task.state === "queued" ? leftMessages(context, task.sessionId) : [];
  const delivered = deliver(context, [...left, ...own]);
  return { delivered, hasNewMessages: own.length > 0 };
}

/** A task that waits for a clone is at no step. A crash of the server meanwhile does not count against a step. */
function isCloning({ storage }: RecordsContext, { sessionId }: Task): boolean {
  const workspaceId = storage.sessions.get(sessionId)?.workspaceId;
  return workspaceId !== undefined && storage.workspaces.get(workspaceId)?.state === "cloning";
}
