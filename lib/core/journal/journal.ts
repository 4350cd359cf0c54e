import { requireFound } from "../../errors.ts";
import type { NewEvent } from "../../event.ts";
import { isToolRun } from "../../message.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Task } from "../../task.ts";
import type { IntendedChange, ToolCall } from "../../tool.ts";
import type { TaskMasks } from "../runtime/task-masks.ts";
import { completeTask, endTask } from "./end-task.ts";
import type { EndTaskContext, TaskEnding } from "./end-task.ts";
import { beginMessage, commitTurn, deliverResults, finishCall, startCall } from "./step-records.ts";
import type { CompletedTurn } from "./step-records.ts";
import * as records from "./task-records.ts";
import type { TaskTransaction, ToolCallOutcome, UnansweredCalls } from "./task-records.ts";

/**
 * All changes that are made to a task while it runs. Each method is one transaction: the rows change together with the
 * events that describe the change. Invariants:
 * - A task that has ended does not change. Except for `end` and `hasNewMessages`, what changes one throws TaskEndedError.
 * - A tool call is on record before it starts, and its outcome as soon as it ends.
 * - No message stands between tool calls and the message with their results.
 */
export interface Journal {
  /** Starts or continues a task, and takes up the messages that it is about. */
  begin(taskId: string): Task;
  /** Ends the task as completed. False when it has unread messages: then it goes on. */
  complete(taskId: string): boolean;
  /** Ends the task in whatever state it is. */
  end(taskId: string, ending: TaskEnding): Task;
  /** Adds messages that came meanwhile to the conversation. True when there were any. */
  takeUpMessages(taskId: string): boolean;
  hasNewMessages(taskId: string): boolean;
  /** The agent begins to write a message, or begins it again: what was streamed under this id before is void. */
  beginMessage(taskId: string, messageId: string): void;
  /** Records an answer of the model with all its tool calls, before the first of them starts. */
  commitTurn(taskId: string, turn: CompletedTurn): void;
  /** The tool calls that must be answered next; undefined when there are none. */
  unansweredCalls(task: Task): UnansweredCalls | undefined;
  /** Call it before the tool acts. */
  startCall(call: ToolCall, change: IntendedChange | undefined): void;
  /** `notice` tells people about a call that did not end normally. */
  finishCall(call: ToolCall, outcome: ToolCallOutcome, notice?: string): void;
  /** Call it when all calls of the message are done: adds one message with the results. */
  deliverResults(taskId: string, messageId: string): void;
  /** A plan was approved. Joins the transaction that records the outcome of the call. */
  endPlanMode(taskId: string): void;
  /** A status line for people. No state changes. */
  reportStatus(taskId: string, detail: string): void;
  /** Appends `extra`, then the present state of the task and of its session. `detail` is a status line for people. */
  announce(task: Pick<Task, "id" | "sessionId">, extra: readonly NewEvent[], detail?: string): void;
  /** Runs `work` in one transaction on a task that has not ended. */
  changeTask<T>(transaction: TaskTransaction, work: (task: Task) => T): T;
}

export type JournalContext = EndTaskContext & TaskMasks;

export function createJournal(context: JournalContext): Journal {
  return {
    begin: (taskId) => beginTask(context, taskId),
    complete: (taskId) => completeTask(context, taskId),
    end: (taskId, ending) => endTask(context, taskId, ending),
    takeUpMessages: (taskId) => takeUpMessages(context, taskId),
    hasNewMessages: (taskId) => hasNewMessages(context, taskId),
    beginMessage: (taskId, messageId) => beginMessage(context, taskId, messageId),
    commitTurn: (taskId, turn) => commitTurn(context, taskId, turn),
    unansweredCalls: (task) => records.unansweredCalls(context, task),
    startCall: (call, change) => startCall(context, call, change),
    finishCall: (call, outcome, notice) => finishCall(context, call, { outcome, notice }),
    deliverResults: (taskId, messageId) => deliverResults(context, taskId, messageId),
    endPlanMode: (taskId) => endPlanMode(context, taskId),
    reportStatus: (taskId, detail) => reportStatus(context, taskId, detail),
    announce: (task, extra, detail) => records.announce(context, task, extra, detail),
    changeTask: (transaction, work) => records.changeTask(context, transaction, work),
  };
}

function beginTask(context: JournalContext, taskId: string): Task {
  const { tasks } = context.storage;
  return records.changeTask(context, { taskId, boundary: "task.begin" }, (task) => {
    const { delivered } = takeUp(context, task);
    if (!isCloning(context, task)) tasks.update(taskId, { isInterrupted: false });
    if (task.state === "queued")
      tasks.update(taskId, { state: "running", startedAt: timestamp(context.clock.now()) });
    const detail = task.state === "waiting" ? "Waiting for your decision" : "Working";
    records.announce(context, task, delivered, detail);
    return requireFound(tasks.get(taskId), "task", taskId);
  });
}

function takeUpMessages(context: JournalContext, taskId: string): boolean {
  return records.changeTask(context, { taskId, boundary: "messages.take-up" }, (task) => {
    const taken = takeUp(context, task);
    if (taken.delivered.length > 0) context.storage.events.append(task.sessionId, taken.delivered);
    return taken.hasNewMessages;
  });
}

function hasNewMessages(context: JournalContext, taskId: string): boolean {
  const task = requireFound(context.storage.tasks.get(taskId), "task", taskId);
  return records.waitingMessages(context, task).length > 0;
}

/** Adds waiting messages to the conversation, unless tool calls wait for their results. A person's tool run is taken up alone. */
function takeUp(context: JournalContext, task: Task): { delivered: NewEvent[]; hasNewMessages: boolean } {
  if (records.unansweredCalls(context, task) !== undefined) return { delivered: [], hasNewMessages: false };
  const waiting = records.waitingMessages(context, task);
  const own = waiting[0] !== undefined && isToolRun(waiting[0]) ? waiting.slice(0, 1) : waiting;
  // For this task, the messages that ended tasks left unread are history: they come first.
  const left = task.state === "queued" ? records.leftMessages(context, task.sessionId) : [];
  const delivered = records.deliver(context, [...left, ...own]);
  return { delivered, hasNewMessages: own.length > 0 };
}

/** A task that waits for a clone is at no step. A crash of the server meanwhile does not count against a step. */
function isCloning({ storage }: JournalContext, { sessionId }: Task): boolean {
  const workspaceId = storage.sessions.get(sessionId)?.workspaceId;
  return workspaceId !== undefined && storage.workspaces.get(workspaceId)?.state === "cloning";
}

function endPlanMode(context: JournalContext, taskId: string): void {
  records.changeTask(context, { taskId, boundary: "call.record-outcome" }, (task) => {
    context.storage.tasks.update(taskId, { settings: { ...task.settings, planMode: false } });
    records.announce(context, task, []);
  });
}

function reportStatus(context: JournalContext, taskId: string, detail: string): void {
  records.changeTask(context, { taskId, boundary: "status.tell" }, (task) => {
    context.storage.events.append(task.sessionId, [records.taskStatusEvent(context, task, detail)]);
  });
}
