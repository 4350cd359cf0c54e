import { isDamage } from "../../errors.ts";
import type { Problem } from "../../errors.ts";
import type { NewEvent } from "../../event.ts";
import type { MessagePart, ToolOutput } from "../../message.ts";
import type { Task } from "../../task.ts";
import { hasEnded } from "../../task.ts";
import type { ToolCall } from "../../tool.ts";
import { createRequeueUnread } from "./requeue-unread.ts";
import type { TaskRecords } from "./task-records.ts";
import { requireFound } from "./task-records.ts";
import type { Runtime } from "../runtime/runtime.ts";

export interface TaskEnding {
  state: "completed" | "failed" | "cancelled";
  problem?: Problem;
  /** For people. */
  detail: string;
  /** What the task did last is not on record: nothing of it goes on by itself, and any open call may have run. */
  isUncertain?: boolean;
}

export type EndTask = (taskId: string, ending: TaskEnding) => Task;

/**
 * Ends a task, from wherever it is; the only place that does. What was said stays, open calls are answered (providers
 * refuse a conversation with orphans), open decisions are withdrawn, messages not taken up yet join the conversation.
 * What is stored of a damaged session is left where it cannot be read; its task ends all the same. A task that has ended
 * stays as it is.
 */
export function createEndTask(
  runtime: Pick<Runtime, "storage" | "deltas" | "newId">,
  ledger: TaskRecords,
): EndTask {
  const { storage, deltas, newId } = runtime;
  const { tasks, events, actions } = storage;
  const handOn = createRequeueUnread(runtime, ledger);

  const keepPartial = (task: Task): NewEvent[] => {
    const messageId = tasks.streamingMessageId(task.id);
    if (messageId === null) return [];
    const { text, reasoning } = events.written(task.sessionId, messageId);
    const parts: MessagePart[] = [
      { type: "reasoning", text: reasoning },
      { type: "text", text },
    ];
    return [
      ledger.say(task, {
        id: messageId,
        role: "assistant",
        parts: parts.filter((part) => "text" in part && part.text !== ""),
      }),
    ];
  };

  const answerCalls = (task: Task, { detail, isUncertain = false }: TaskEnding): NewEvent[] => {
    const say = isUncertain ? uncertain : unfinished;
    const open = ledger.openCalls(task);
    if (open === undefined) return [];
    const unanswered = open.calls.filter((call) => call.state !== "done");
    const results = unanswered.map((call) =>
      ledger.finishCall(call, { output: say(call, detail), isError: true, durationMs: 0 }),
    );
    return [
      ...results,
      ledger.say(task, { id: newId("msg"), role: "tool", parts: ledger.results(open.messageId) }),
    ];
  };

  const withdrawActions = (task: Task): NewEvent[] => {
    const open = actions
      .pending(task.sessionId, { limit: 1000 })
      .filter((action) => action.taskId === task.id);
    return open.map((action) => {
      actions.resolve(action.id, { state: "cancelled", resolvedBy: "cancel", resolvedAt: ledger.now() });
      const resolved = requireFound(actions.outline(action.id), "action", action.id);
      return { type: "action.resolved", taskId: task.id, data: { action: resolved } };
    });
  };

  /** While another task is at work nothing may come between its tool calls and their results: these messages join after it. */
  const joinConversation = (task: Task): NewEvent[] => {
    if (tasks.active(task.sessionId)?.id !== task.id) return [];
    return ledger.deliver([...ledger.leftBehind(task.sessionId), ...ledger.waitingFor(task)]);
  };

  /** Written apart from the rest: what cannot be read is left as it is. */
  const spared: Part = (work) => {
    try {
      return storage.atomically("task.close", work);
    } catch (error) {
      if (isDamage(error)) return [];
      throw error;
    }
  };

  const end = (taskId: string, ending: TaskEnding, part: Part): Task =>
    storage.atomically("task.close", () => {
      const task = requireFound(tasks.outline(taskId), "task", taskId);
      if (hasEnded(task)) return task;
      const { state, problem, detail, isUncertain = false } = ending;
      deltas.flush();
      const told = [
        ...part(() => keepPartial(task)),
        ...part(() => answerCalls(task, ending)),
        ...part(() => withdrawActions(task)),
        ...part(() => (state === "failed" && !isUncertain ? handOn(task) : [])),
        ...part(() => joinConversation(task)),
      ];
      if (problem !== undefined) told.push({ type: "error", taskId, data: { problem } });
      tasks.update(taskId, {
        state,
        endedAt: ledger.now(),
        error: problem ?? null,
        streamingMessageId: null,
      });
      ledger.announce(task, told, detail);
      return requireFound(tasks.outline(taskId), "task", taskId);
    });

  return (taskId, ending) => {
    try {
      return end(taskId, ending, (work) => work());
    } catch (error) {
      if (!isDamage(error)) throw error;
      return end(taskId, ending, spared);
    }
  };
}

/** Writes one part of an end. */
type Part = (work: () => NewEvent[]) => NewEvent[];

function unfinished(call: ToolCall, why: string): ToolOutput {
  return call.state === "started"
    ? {
        success: false,
        message: `Cut off while it ran (${why}). Its effects are unknown; look before repeating it.`,
      }
    : { success: false, message: `Not run (${why}).` };
}

function uncertain(_: ToolCall, why: string): ToolOutput {
  return { success: false, message: `Whether this ran is unknown (${why}). Look before repeating it.` };
}
