import { requireFound } from "../../errors.ts";
import type { NewEvent } from "../../event.ts";
import type { Message, MessagePart, ProviderMetadata, ToolOutput } from "../../message.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Boundary } from "../../ports/failpoint.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Session } from "../../session.ts";
import type { Task } from "../../task.ts";
import { hasEnded } from "../../task.ts";
import type { ToolCall } from "../../tool.ts";

/** Of functions that write rows of a task and return the events that describe them, for the caller to append in the same transaction. */
export type RecordsContext = Pick<Runtime, "storage" | "clock">;

/** The task has ended, so its loop may change nothing more. */
export class TaskEndedError extends Error {}

export interface TaskTransaction {
  taskId: string;
  /** The name of the transaction. */
  boundary: Boundary;
}

/** Runs `work` in one transaction on a task that has not ended. Throws TaskEndedError when it has. */
export function changeTask<T>(
  { storage }: RecordsContext,
  { taskId, boundary }: TaskTransaction,
  work: (task: Task) => T,
): T {
  return storage.atomically(boundary, () => {
    const task = storage.tasks.get(taskId);
    if (task === undefined || hasEnded(task)) throw new TaskEndedError(`Task ${taskId} has ended.`);
    return work(task);
  });
}

/** Appends `extra`, then the present state of the task and of its session. `detail` is a status line for people. */
export function announce(
  { storage, clock }: RecordsContext,
  { id, sessionId }: Pick<Task, "id" | "sessionId">,
  extra: readonly NewEvent[],
  detail?: string,
): void {
  const { sessions, tasks, events } = storage;
  sessions.update(sessionId, {}, timestamp(clock.now()));
  const task = requireFound(tasks.outline(id), "task", id);
  const session = requireFound(sessions.outline(sessionId), "session", sessionId);
  events.append(sessionId, [
    ...extra,
    { type: "task.updated", taskId: id, data: { task } },
    ...(detail === undefined ? [] : [statusEvent(session, id, detail)]),
    { type: "session.updated", data: { session } },
  ]);
}

export function statusEvent(session: Session, taskId: string | undefined, detail: string): NewEvent {
  return { type: "status", taskId, data: { state: session.status, detail } };
}

/** A status line of the task for people. */
export function taskStatusEvent(
  { storage }: RecordsContext,
  { id, sessionId }: Task,
  detail: string,
): NewEvent {
  return statusEvent(requireFound(storage.sessions.get(sessionId), "session", sessionId), id, detail);
}

/** Messages of the task that it has not taken up. */
export function waitingMessages({ storage: { messages } }: RecordsContext, task: Task): Message[] {
  return messages.waiting(task.sessionId).filter((message) => message.taskId === task.id);
}

/** Messages of tasks that ended, while another task was running, before they took them up. */
export function leftMessages({ storage: { messages, tasks } }: RecordsContext, sessionId: string): Message[] {
  return messages.waiting(sessionId).filter((message) => {
    const task = tasks.outline(message.taskId);
    return task !== undefined && hasEnded(task);
  });
}

/** Makes waiting messages part of the conversation. */
export function deliver({ storage }: RecordsContext, waiting: readonly Message[]): NewEvent[] {
  return waiting.map((message) => finalEvent(storage.messages.deliver(message.id)));
}

export interface TaskMessage {
  id: string;
  role: Message["role"];
  parts: MessagePart[];
  providerMetadata?: ProviderMetadata[];
}

/** Adds a message of the task to the conversation. */
export function addMessage(
  { storage: { messages }, clock }: RecordsContext,
  { id: taskId, sessionId }: Task,
  { id, role, parts, providerMetadata }: TaskMessage,
): NewEvent {
  const createdAt = timestamp(clock.now());
  const message = { id, sessionId, taskId, role, content: parts, fileIds: [], createdAt };
  messages.create(providerMetadata === undefined ? message : { ...message, providerMetadata });
  return finalEvent(messages.deliver(id));
}

function finalEvent(message: Message): NewEvent {
  return { type: "message.final", taskId: message.taskId, data: { message } };
}

export interface ToolCallOutcome {
  output: ToolOutput;
  isError: boolean;
  durationMs: number;
}

export function finishCall({ storage }: RecordsContext, call: ToolCall, outcome: ToolCallOutcome): NewEvent {
  const { taskId, toolCallId, toolName } = call;
  storage.toolCalls.finish(taskId, toolCallId, outcome);
  return { type: "tool.result", taskId, data: { toolCallId, toolName, ...outcome } };
}

/** The tool calls of a message that no message with results follows yet. Some of them may be done. */
export interface UnansweredCalls {
  messageId: string;
  calls: ToolCall[];
}

/** The calls of the last message of the conversation, when it is a message of the task and has calls. */
export function unansweredCalls(
  { storage: { messages, toolCalls } }: RecordsContext,
  task: Task,
): UnansweredCalls | undefined {
  const last = messages.last(task.sessionId);
  if (last?.taskId !== task.id || last.role === "tool") return undefined;
  return last.content.some((part) => part.type === "tool-call")
    ? { messageId: last.id, calls: toolCalls.ofMessage(last.id) }
    : undefined;
}

/** The results of all calls of a message, in call order. */
export function resultsOf({ storage }: RecordsContext, messageId: string): MessagePart[] {
  return storage.toolCalls.ofMessage(messageId).map(({ toolCallId, toolName, output, isError }) => ({
    type: "tool-result",
    toolCallId,
    toolName,
    output: output ?? { success: false, message: "No result." },
    isError,
  }));
}
