import type { Problem } from "../errors.ts";
import type { NewEvent } from "../event.ts";
import type { MessagePart, ToolOutput } from "../message.ts";
import type { Task } from "../task.ts";
import { hasEnded } from "../task.ts";
import type { ToolCall } from "../tool.ts";
import type { Ledger } from "./ledger.ts";
import { existing } from "./ledger.ts";
import type { Runtime } from "./runtime.ts";

export interface Ending {
  state: "completed" | "failed" | "cancelled";
  problem?: Problem;
  /** For people. */
  detail: string;
}

export type CloseTask = (taskId: string, ending: Ending) => Task;

/**
 * Ends a task, from wherever it is; the only place that does. What was said stays, open calls are answered (providers
 * refuse a conversation with orphans), open decisions are withdrawn, messages not taken up yet join the conversation.
 * A task that has ended stays as it is.
 */
export function createClosing(
  runtime: Pick<Runtime, "storage" | "deltas" | "newId">,
  ledger: Ledger,
): CloseTask {
  const { storage, deltas, newId } = runtime;
  const { tasks, events, actions } = storage;

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

  const answerCalls = (task: Task, why: string): NewEvent[] => {
    const open = ledger.openCalls(task);
    if (open === undefined) return [];
    const unanswered = open.calls.filter((call) => call.state !== "done");
    const results = unanswered.map((call) =>
      ledger.finishCall(call, { output: unfinished(call, why), isError: true, durationMs: 0 }),
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
      const resolved = existing(actions.get(action.id), "action", action.id);
      return { type: "action.resolved", taskId: task.id, data: { action: resolved } };
    });
  };

  /** While another task is at work nothing may come between its tool calls and their results: these messages join after it. */
  const joinConversation = (task: Task): NewEvent[] => {
    if (tasks.active(task.sessionId)?.id !== task.id) return [];
    return ledger.deliver([...ledger.leftBehind(task.sessionId), ...ledger.waitingFor(task)]);
  };

  return (taskId, { state, problem, detail }) =>
    storage.atomically("task.close", () => {
      const task = existing(tasks.get(taskId), "task", taskId);
      if (hasEnded(task)) return task;
      deltas.flush();
      const told = [...keepPartial(task), ...answerCalls(task, detail), ...withdrawActions(task)];
      told.push(...joinConversation(task));
      if (problem !== undefined) told.push({ type: "error", taskId, data: { problem } });
      tasks.update(taskId, {
        state,
        endedAt: ledger.now(),
        error: problem ?? null,
        streamingMessageId: null,
      });
      ledger.announce(task, told, detail);
      return existing(tasks.get(taskId), "task", taskId);
    });
}

function unfinished(call: ToolCall, why: string): ToolOutput {
  return call.state === "started"
    ? {
        success: false,
        message: `Cut off while it ran (${why}). Its effects are unknown; look before repeating it.`,
      }
    : { success: false, message: `Not run (${why}).` };
}
