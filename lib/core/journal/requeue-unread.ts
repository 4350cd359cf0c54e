import type { NewEvent } from "../../event.ts";
import type { Task } from "../../task.ts";
import type { TaskRecords } from "./task-records.ts";
import { requireFound } from "./task-records.ts";
import type { Runtime } from "../runtime/runtime.ts";

/**
 * What people said to a task that failed before it heard them gets a task of its own, which starts when this one has
 * ended. Each message is handed on at most as often as a task fails without taking it up, and a task takes up what it
 * has when it begins: nothing goes round for ever. Where a task is queued already the messages join the conversation
 * before it, and it is the one that hears them.
 */
export function createRequeueUnread(
  { storage, newId }: Pick<Runtime, "storage" | "newId">,
  ledger: TaskRecords,
) {
  const { tasks, messages } = storage;
  const hasQueued = ({ sessionId }: Task) => tasks.list({ sessionId, state: "queued", limit: 1 }).length > 0;

  return (failed: Task): NewEvent[] => {
    const unheard = failed.startedAt === null ? [] : ledger.waitingFor(failed);
    if (unheard.length === 0 || hasQueued(failed)) return [];
    const { sessionId, settings } = failed;
    const taskId = newId("tsk");
    tasks.create({ id: taskId, sessionId, settings, createdAt: ledger.now() });
    const task = requireFound(tasks.get(taskId), "task", taskId);
    const handedOn = unheard.map((message) => messages.assign(message.id, taskId));
    return [
      { type: "task.updated", taskId, data: { task } },
      ...handedOn.map((message): NewEvent => ({ type: "message.created", taskId, data: { message } })),
    ];
  };
}
