import { isDamage, requireFound } from "../../errors.ts";
import type { Problem } from "../../errors.ts";
import type { NewEvent } from "../../event.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Task } from "../../task.ts";
import { hasEnded } from "../../task.ts";
import { failedOutput } from "../../tool.ts";
import type { ToolCall, ToolOutput } from "../../tool.ts";
import { joinConversation, requeueUnread } from "./unread-messages.ts";
import {
  addMessage,
  announce,
  changeTask,
  finishCall,
  resultsOf,
  unansweredCalls,
  waitingMessages,
} from "./task-records.ts";

export interface EndTaskContext extends Pick<Runtime, "clock" | "deltas" | "newId" | "storage"> {
  /** The result of a call that runs now and is cut; undefined when nothing is known of it. */
  describeCut(call: ToolCall, reason: string): { output: ToolOutput; durationMs: number } | undefined;
}

export interface TaskEnding {
  state: "completed" | "failed" | "cancelled";
  problem?: Problem;
  /** For people. */
  detail: string;
  /** After a restore: what the task did last is not on record. Nothing of it goes on by itself, and any unanswered call may have run. */
  isUncertain?: boolean;
}

/**
 * Ends a task in whatever state it is. This is the only place where a task ends. Afterwards:
 * - what the agent had streamed is a message;
 * - every tool call has a result, because providers refuse a conversation without;
 * - no action of the task is pending;
 * - unread messages are in the conversation, or belong to a new task.
 * In a damaged session, what cannot be read is left as it is, and the task ends all the same. A task that has ended stays
 * as it is.
 */
export function endTask(context: EndTaskContext, taskId: string, ending: TaskEnding): Task {
  try {
    return writeEnd(context, { taskId, ending, runStep: (step) => step() });
  } catch (error) {
    if (!isDamage(error)) throw error;
    return writeEnd(context, { taskId, ending, runStep: (step) => skipDamaged(context, step) });
  }
}

/** Ends the task as completed, unless it has unread messages. */
export function completeTask(context: EndTaskContext, taskId: string): boolean {
  return changeTask(context, { taskId, boundary: "task.complete" }, (task) => {
    if (waitingMessages(context, task).length > 0) return false;
    endTask(context, taskId, { state: "completed", detail: "Done" });
    return true;
  });
}

type Step = () => NewEvent[];

interface EndToWrite {
  taskId: string;
  ending: TaskEnding;
  runStep(step: Step): NewEvent[];
}

/** Runs a step in a transaction of its own; when what it reads is damaged, it changes nothing. */
function skipDamaged({ storage }: EndTaskContext, step: Step): NewEvent[] {
  try {
    return storage.atomically("task.close", step);
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}

function writeEnd(context: EndTaskContext, { taskId, ending, runStep }: EndToWrite): Task {
  const { storage, deltas, clock } = context;
  const { tasks } = storage;
  return storage.atomically("task.close", () => {
    const task = requireFound(tasks.outline(taskId), "task", taskId);
    if (hasEnded(task)) return task;
    const { state, problem, detail, isUncertain = false } = ending;
    deltas.flush();
    const steps: Step[] = [
      () => keepStreamedText(context, task),
      () => answerCalls(context, task, ending),
      () => withdrawActions(context, task),
      () => (state === "failed" && !isUncertain ? requeueUnread(context, task) : []),
      () => joinConversation(context, task),
    ];
    const written = steps.flatMap(runStep);
    if (problem !== undefined) written.push({ type: "error", taskId, data: { problem } });
    const endedAt = timestamp(clock.now());
    tasks.update(taskId, { state, endedAt, error: problem ?? null, streamingMessageId: null });
    announce(context, task, written, detail);
    return requireFound(tasks.outline(taskId), "task", taskId);
  });
}

function keepStreamedText(context: EndTaskContext, task: Task): NewEvent[] {
  const { tasks, events } = context.storage;
  const id = tasks.streamingMessageId(task.id);
  if (id === null) return [];
  const { text, reasoning } = events.written(task.sessionId, id);
  const parts = [
    { type: "reasoning" as const, text: reasoning },
    { type: "text" as const, text },
  ].filter((part) => part.text !== "");
  return [addMessage(context, task, { id, role: "assistant", parts })];
}

function answerCalls(context: EndTaskContext, task: Task, { detail, isUncertain }: TaskEnding): NewEvent[] {
  const unanswered = unansweredCalls(context, task);
  if (unanswered === undefined) return [];
  const open = unanswered.calls.filter((call) => call.state !== "done");
  const results = open.map((call) => {
    const cut = call.state === "started" && !isUncertain ? context.describeCut(call, detail) : undefined;
    const output = isUncertain ? uncertainOutput(detail) : unfinishedOutput(call, detail);
    return finishCall(context, call, { output, durationMs: 0, ...cut, isError: true });
  });
  const parts = resultsOf(context, unanswered.messageId);
  return [...results, addMessage(context, task, { id: context.newId("msg"), role: "tool", parts })];
}

function unfinishedOutput({ state }: ToolCall, reason: string): ToolOutput {
  return state === "started"
    ? failedOutput(`Cut off while it ran (${reason}). Its effects are unknown; look before repeating it.`)
    : failedOutput(`Not run (${reason}).`);
}

function uncertainOutput(reason: string): ToolOutput {
  return failedOutput(`Whether this ran is unknown (${reason}). Look before repeating it.`);
}

function withdrawActions({ storage, clock }: EndTaskContext, task: Task): NewEvent[] {
  const { actions } = storage;
  const pending = actions.pending(task.sessionId, { limit: 1000 });
  const own = pending.filter((action) => action.taskId === task.id);
  return own.map(({ id }) => {
    actions.resolve(id, { state: "cancelled", resolvedBy: "cancel", resolvedAt: timestamp(clock.now()) });
    const action = requireFound(actions.outline(id), "action", id);
    return { type: "action.resolved", taskId: task.id, data: { action } };
  });
}
