import { requireFound } from "../../errors.ts";
import type { NewEvent } from "../../event.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Task } from "../../task.ts";
import { deliver, leftMessages, waitingMessages } from "./task-records.ts";
import type { RecordsContext } from "./task-records.ts";

/**
 * Gives the messages that a failed task has not read to a new task, which starts when this one has ended. This cannot go
 * on without end: a task takes up its messages when it begins, so a message moves on only when a task fails without
 * reading it. A task that is queued already reads them instead: they join the conversation before it.
 */
export function requeueUnread(context: RecordsContext & Pick<Runtime, "newId">, failed: Task): NewEvent[] {
  const { tasks, messages } = context.storage;
  const { sessionId, settings } = failed;
  const unread = failed.startedAt === null ? [] : waitingMessages(context, failed);
  const hasQueued = () => tasks.list({ sessionId, state: "queued", limit: 1 }).length > 0;
  if (unread.length === 0 || hasQueued()) return [];
  const taskId = context.newId("tsk");
  tasks.create({ id: taskId, sessionId, settings, createdAt: timestamp(context.clock.now()) });
  const task = requireFound(tasks.get(taskId), "task", taskId);
  const moved = unread.map((message) => messages.assign(message.id, taskId));
  return [
    { type: "task.updated", taskId, data: { task } },
    ...moved.map((message): NewEvent => ({ type: "message.created", taskId, data: { message } })),
  ];
}

/** While another task is active, no message may come between its tool calls and their results: these messages join when that task ends, or when the next one begins. */
export function joinConversation(context: RecordsContext, task: Task): NewEvent[] {
  const { tasks } = context.storage;
  if (tasks.active(task.sessionId)?.id !== task.id) return [];
  return deliver(context, [...leftMessages(context, task.sessionId), ...waitingMessages(context, task)]);
}
