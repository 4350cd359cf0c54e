import { timestamp } from "../../ports/clock.ts";
import { notFound } from "../../errors.ts";
import type { NewEvent } from "../../event.ts";
import type { Boundary } from "../../ports/failpoint.ts";
import type { Message, MessagePart, ProviderMetadata, ToolOutput } from "../../message.ts";
import type { Session } from "../../session.ts";
import type { Task } from "../../task.ts";
import { hasEnded } from "../../task.ts";
import type { ToolCall } from "../../tool.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Thrown at a loop whose task was ended, or taken over, by somebody else. */
export class TaskEndedError extends Error {}

export interface ToolCallOutcome {
  output: ToolOutput;
  isError: boolean;
  durationMs: number;
}

export interface UnansweredCalls {
  messageId: string;
  calls: ToolCall[];
}

/** Which task is written, and under which name the transaction goes. */
export interface TaskTransaction {
  taskId: string;
  as: Boundary;
}

interface Saying {
  id: string;
  role: Message["role"];
  parts: MessagePart[];
  providerMetadata?: ProviderMetadata[];
}

/** The pieces that changes of a task are made of: each writes rows, and gives back the events that tell of them. Used inside a transaction. */
export function createTaskRecords({ storage, clock }: Pick<Runtime, "storage" | "clock">) {
  const { sessions, tasks, messages, events, toolCalls } = storage;
  const now = () => timestamp(clock.now());

  return {
    now,

    /** Runs work on a task that may still be written. A loop that outlived its task changes nothing. */
    live: <T>({ taskId, as }: TaskTransaction, work: (task: Task) => T): T =>
      storage.atomically(as, () => {
        const task = tasks.get(taskId);
        if (task === undefined || hasEnded(task)) throw new TaskEndedError(`Task ${taskId} has ended.`);
        return work(task);
      }),

    /** Appends `extra`, then the task and its session as they are now, as far as they can be read; with `detail` also words for people. */
    announce: (task: Pick<Task, "id" | "sessionId">, extra: readonly NewEvent[], detail?: string): void => {
      sessions.update(task.sessionId, {}, now());
      const current = requireFound(tasks.outline(task.id), "task", task.id);
      const session = requireFound(sessions.outline(task.sessionId), "session", task.sessionId);
      events.append(task.sessionId, [
        ...extra,
        { type: "task.updated", taskId: task.id, data: { task: current } },
        ...(detail === undefined ? [] : [statusEvent(session, task.id, detail)]),
        { type: "session.updated", data: { session } },
      ]);
    },

    /** Messages of the task that the agent has not taken up. */
    waitingFor: (task: Task): Message[] =>
      messages.waiting(task.sessionId).filter((message) => message.taskId === task.id),

    /** Messages of tasks that ended before they took them up, while another task was at work. */
    leftBehind: (sessionId: string): Message[] =>
      messages.waiting(sessionId).filter((message) => {
        const task = tasks.outline(message.taskId);
        return task !== undefined && hasEnded(task);
      }),

    deliver: (waiting: readonly Message[]): NewEvent[] =>
      waiting.map((message) => finalEvent(messages.deliver(message.id))),

    say: (task: Task, { id, role, parts, providerMetadata }: Saying): NewEvent => {
      const message = {
        id,
        role,
        sessionId: task.sessionId,
        taskId: task.id,
        content: parts,
        fileIds: [],
        createdAt: now(),
      };
      messages.create(providerMetadata === undefined ? message : { ...message, providerMetadata });
      return finalEvent(messages.deliver(id));
    },

    finishCall: (call: ToolCall, outcome: ToolCallOutcome): NewEvent => {
      const { taskId, toolCallId, toolName } = call;
      toolCalls.finish(taskId, toolCallId, outcome);
      return { type: "tool.result", taskId, data: { toolCallId, toolName, ...outcome } };
    },

    /** The last message of the conversation, when it is the task's and its tool calls have no answer yet. */
    openCalls: (task: Task): UnansweredCalls | undefined => {
      const last = messages.last(task.sessionId);
      if (last?.taskId !== task.id || last.role === "tool") return undefined;
      return last.content.some((part) => part.type === "tool-call")
        ? { messageId: last.id, calls: toolCalls.ofMessage(last.id) }
        : undefined;
    },

    /** The results of all calls of a message, in call order. */
    results: (messageId: string): MessagePart[] =>
      toolCalls.ofMessage(messageId).map(({ toolCallId, toolName, output, isError }) => ({
        type: "tool-result",
        toolCallId,
        toolName,
        output: output ?? { success: false, message: "No result." },
        isError,
      })),
  };
}

export type TaskRecords = ReturnType<typeof createTaskRecords>;

export function requireFound<T>(value: T | undefined, what: string, id: string): T {
  if (value === undefined) throw notFound(what, id);
  return value;
}

export function statusEvent(session: Session, taskId: string | undefined, detail: string): NewEvent {
  return { type: "status", taskId, data: { state: session.status, detail } };
}

function finalEvent(message: Message): NewEvent {
  return { type: "message.final", taskId: message.taskId, data: { message } };
}
