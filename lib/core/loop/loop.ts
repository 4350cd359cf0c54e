import { AppError, isDamage, problemOf, isTransient } from "../../errors.ts";
import type { ResolvedSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import { answerCalls } from "./dispatch.ts";
import type { Kit } from "./kit.ts";
import { TaskEndedError } from "../journal/task-records.ts";
import { takeTurn } from "./turn.ts";

/**
 * Runs a task to its end, or until `signal` is aborted or the server stops. What to do next is read from the journal
 * each time round, never remembered: the same loop starts a task, goes on after an approval, and picks a task up that
 * another run of the server left behind.
 */
export async function runTask(taskId: string, kit: Kit, signal: AbortSignal): Promise<void> {
  try {
    const task = kit.journal.begin(taskId);
    await kit.workspaces.whenReady(task, signal);
    while (!kit.isStopping()) {
      const isDone = await takeStep(task, kit, signal);
      if (isDone && kit.journal.complete(taskId)) return;
    }
    if (isOver(task, kit)) kit.journal.complete(taskId);
  } catch (error) {
    if (signal.aborted || error instanceof TaskEndedError) return; // Whoever ended the task has written so.
    if (isTransient(error) && kit.isStopping()) return; // The next run of the server tries again.
    if (isTransient(error)) throw error; // Not the task's fault: it goes on from its journal when the host can write again.
    const problem = problemOf(error, `/v1/tasks/${taskId}`);
    if (problem.code === "internal" || isDamage(error)) kit.reportFault(`Task ${taskId} failed`, error);
    kit.journal.close(taskId, { state: "failed", problem, detail: problem.detail });
  }
}

/** One step: answer the open tool calls, or ask the model. True when there is nothing left to do. */
async function takeStep(task: Task, kit: Kit, signal: AbortSignal): Promise<boolean> {
  const open = kit.journal.openCalls(task);
  if (open !== undefined) {
    await answerCalls(task, open, kit, signal);
    return false;
  }
  const hasNews = kit.journal.takeUpMessages(task.id);
  if (!hasNews && hasLastWord(task, kit)) return true;
  const settings = kit.resolve(task);
  checkBounds(kit.task(task.id), settings);
  await takeTurn(task, settings, kit, signal);
  return false;
}

/** Nothing is left to do: whoever waits for the end need not wait for the next run of the server. */
function isOver(task: Task, kit: Kit): boolean {
  return kit.journal.openCalls(task) === undefined && hasLastWord(task, kit);
}

/** The agent said something without wanting a tool, or a person's own tool run has its result. */
function hasLastWord(task: Task, { storage: { messages, toolCalls } }: Kit): boolean {
  const last = messages.last(task.sessionId);
  if (last?.taskId !== task.id) return false;
  const [part] = last.content;
  const call = part?.type === "tool-result" ? toolCalls.get(task.id, part.toolCallId) : undefined;
  const isToolRun = call !== undefined && messages.get(call.messageId)?.role === "user";
  return last.role === "assistant" || isToolRun;
}

function checkBounds(task: Task, settings: ResolvedSettings): void {
  if (task.steps >= settings.stepsMax) {
    throw new AppError(
      "steps-exceeded",
      `The task took ${task.steps} steps, as many as \`stepsMax\` allows. Send a message to go on.`,
    );
  }
  if (settings.budgetUsd !== undefined && task.usage.costUsd >= settings.budgetUsd) {
    throw new AppError(
      "budget-exceeded",
      `The task cost $${task.usage.costUsd.toFixed(4)}; \`budgetUsd\` is ${settings.budgetUsd}. Raise it and send a message to go on.`,
    );
  }
}
