import { AppError, isDamage, isTransient, problemOf, requireFound } from "../../errors.ts";
import { isToolRun } from "../../message.ts";
import type { ResolvedSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import type { Journal } from "../journal/journal.ts";
import { TaskEndedError } from "../journal/task-records.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { TaskWorkspaces } from "../workspaces/workspaces.ts";
import { answerCalls } from "./answer-calls.ts";
import type { AnswerCallsContext } from "./answer-calls.ts";
import type { TaskLookup } from "./task-lookup.ts";
import { takeTurn } from "./turn.ts";
import type { TurnContext } from "./turn.ts";

export interface LoopContext extends TurnContext, AnswerCallsContext, TaskLookup {
  storage: Runtime["storage"];
  journal: Journal;
  toolbox: Runtime["toolbox"];
  clock: Runtime["clock"];
  workspaces: Pick<TaskWorkspaces, "whenReady">;
  /** Aborted when the server is asked to stop. The loop then goes no further than the end of the current step. */
  stopping: AbortSignal;
}

export type RunTask = (taskId: string, signal: AbortSignal) => Promise<void>;

/**
 * Returns what runs a task to its end, or until `signal` is aborted or the server stops. Each round reads from the journal what to do
 * next and remembers nothing. So the same loop starts a task, continues it after an approval, and continues a task that
 * another run of the server left unfinished.
 */
export function createTaskLoop(context: LoopContext): RunTask {
  return (taskId, signal) => runTask(context, taskId, signal);
}

async function runTask(context: LoopContext, taskId: string, signal: AbortSignal): Promise<void> {
  const { journal, stopping } = context;
  try {
    const task = journal.begin(taskId);
    await context.workspaces.whenReady(task, signal);
    while (!stopping.aborted) {
      const isDone = await takeStep(context, task, signal);
      if (isDone && journal.complete(taskId)) return;
    }
    if (isFinished(context, task)) journal.complete(taskId);
  } catch (error) {
    if (signal.aborted || error instanceof TaskEndedError) return; // The end is on record already.
    if (isTransient(error) && stopping.aborted) return; // The next run of the server tries again.
    if (isTransient(error)) throw error; // The scheduler starts the task again when the host can write again.
    failTask(context, taskId, error);
  }
}

function failTask({ journal, reportFault }: LoopContext, taskId: string, error: unknown): void {
  const problem = problemOf(error, `/v1/tasks/${taskId}`);
  if (problem.code === "internal" || isDamage(error)) reportFault(`Task ${taskId} failed`, error);
  journal.end(taskId, { state: "failed", problem, detail: problem.detail });
}

/** One step: answers the unanswered tool calls, or asks the model. True when nothing is left to do. */
async function takeStep(context: LoopContext, task: Task, signal: AbortSignal): Promise<boolean> {
  const { journal, storage, settingsOf } = context;
  const unanswered = journal.unansweredCalls(task);
  if (unanswered !== undefined) {
    await answerCalls(context, { task, unanswered, signal });
    return false;
  }
  const hasNewMessages = journal.takeUpMessages(task.id);
  if (!hasNewMessages && isAnswered(context, task)) return true;
  const settings = settingsOf(task);
  checkLimits(requireFound(storage.tasks.get(task.id), "task", task.id), settings);
  await takeTurn(context, { task, settings, signal });
  return false;
}

/** Then the task ends in this run of the server, also while it stops: nobody has to wait for the next run. */
function isFinished(context: LoopContext, task: Task): boolean {
  return context.journal.unansweredCalls(task) === undefined && isAnswered(context, task);
}

/** Whether the conversation ends with an answer of this task: words of the agent, or the result of a person's tool run. */
function isAnswered({ storage: { messages, toolCalls } }: LoopContext, task: Task): boolean {
  const last = messages.last(task.sessionId);
  if (last?.taskId !== task.id) return false;
  if (last.role === "assistant") return true;
  const [part] = last.content;
  const call = part?.type === "tool-result" ? toolCalls.get(task.id, part.toolCallId) : undefined;
  const asking = call && messages.get(call.messageId);
  return asking !== undefined && isToolRun(asking);
}

function checkLimits(task: Task, settings: ResolvedSettings): void {
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
