import { timestamp } from "../clock.ts";
import type { Problem } from "../errors.ts";
import { notFound } from "../errors.ts";
import type { NewEvent } from "../event.ts";
import type { Message, MessagePart, ProviderMetadata, ToolOutput } from "../message.ts";
import type { Session } from "../session.ts";
import type { Task, TaskChange, TaskState, Usage } from "../task.ts";
import { hasEnded } from "../task.ts";
import type { ToolCall } from "../tool.ts";
import type { Runtime } from "./runtime.ts";

/** What one model request brought. */
export interface Turn {
  messageId: string;
  parts: MessagePart[];
  providerMetadata: ProviderMetadata[];
  usage: Usage;
  model: string;
}

/** Thrown at a loop whose task was ended, or taken over, by somebody else. */
export class TaskOver extends Error {}

/**
 * Every state change of a running task: one transaction each, with the events that describe it. Each write first
 * checks that the task may still be written, so a loop that outlived its task changes nothing.
 */
export function createJournal(runtime: Pick<Runtime, "storage" | "clock" | "deltas">) {
  const { storage, clock, deltas } = runtime;
  const { sessions, tasks, messages, events, toolCalls, actions } = storage;
  const now = () => timestamp(clock.now());

  const live = <T>(taskId: string, work: (task: Task) => T): T =>
    storage.atomically(() => {
      const task = tasks.get(taskId);
      if (task === undefined || hasEnded(task)) throw new TaskOver(`Task ${taskId} has ended.`);
      return work(task);
    });

  const announce = (task: Task, extra: NewEvent[], detail?: string): void => {
    sessions.update(task.sessionId, {}, now());
    const current = existing(tasks.get(task.id), "task", task.id);
    const session = existing(sessions.get(task.sessionId), "session", task.sessionId);
    events.append(task.sessionId, [
      ...extra,
      { type: "task.updated", taskId: task.id, data: { task: current } },
      ...(detail === undefined ? [] : [statusEvent(session, task.id, detail)]),
      { type: "session.updated", data: { session } },
    ]);
  };

  const deliver = (waiting: readonly Message[]): NewEvent[] =>
    waiting.map((message) => ({
      type: "message.final",
      taskId: message.taskId,
      data: { message: messages.deliver(message.id) },
    }));

  const waitingFor = (task: Task) =>
    messages.waiting(task.sessionId).filter((message) => message.taskId === task.id);

  const say = (
    task: Task,
    message: {
      id: string;
      role: Message["role"];
      parts: MessagePart[];
      providerMetadata?: ProviderMetadata[];
    },
  ): NewEvent => {
    messages.create({
      id: message.id,
      sessionId: task.sessionId,
      taskId: task.id,
      role: message.role,
      content: message.parts,
      fileIds: [],
      createdAt: now(),
      ...(message.providerMetadata ? { providerMetadata: message.providerMetadata } : {}),
    });
    return { type: "message.final", taskId: task.id, data: { message: messages.deliver(message.id) } };
  };

  const finishCall = (
    call: ToolCall,
    outcome: { output: ToolOutput; isError: boolean; durationMs: number },
  ): NewEvent => {
    toolCalls.finish(call.taskId, call.toolCallId, outcome);
    return {
      type: "tool.result",
      taskId: call.taskId,
      data: { toolCallId: call.toolCallId, toolName: call.toolName, ...outcome },
    };
  };

  /** Answers whatever is open, so that the conversation can be sent to a provider again. */
  const closeCalls = (task: Task, newMessageId: () => string, why: string): NewEvent[] => {
    const asking = openCalls(task);
    if (asking === undefined) return [];
    const results = asking.calls.flatMap((call) =>
      call.state === "done"
        ? []
        : [finishCall(call, { output: unfinished(call, why), isError: true, durationMs: 0 })],
    );
    return [
      ...results,
      say(task, {
        id: newMessageId(),
        role: "tool",
        parts: resultParts(toolCalls.ofMessage(asking.messageId)),
      }),
    ];
  };

  /** The last message of the conversation, when its tool calls have no answer yet. */
  const openCalls = (task: Task): { messageId: string; calls: ToolCall[] } | undefined => {
    const last = messages.history(task.sessionId).at(-1)?.message;
    if (last === undefined || last.role === "tool" || !last.content.some((part) => part.type === "tool-call"))
      return undefined;
    return { messageId: last.id, calls: toolCalls.ofMessage(last.id) };
  };

  const keepPartial = (task: Task): NewEvent[] => {
    const messageId = tasks.streamingMessageId(task.id);
    if (messageId === null) return [];
    const { text, reasoning } = events.written(task.sessionId, messageId);
    const parts: MessagePart[] = [
      ...(reasoning === "" ? [] : [{ type: "reasoning" as const, text: reasoning }]),
      ...(text === "" ? [] : [{ type: "text" as const, text }]),
    ];
    return [say(task, { id: messageId, role: "assistant", parts })];
  };

  return {
    now,
    live,
    announce,
    openCalls,

    /** Takes up a queued task, and the messages it is about. */
    begin: (taskId: string): Task =>
      live(taskId, (task) => {
        const delivered = deliver(waitingFor(task));
        if (task.state === "queued") tasks.update(taskId, { state: "running", startedAt: now() });
        announce(task, delivered, task.state === "waiting" ? "Waiting for your decision" : "Working");
        return existing(tasks.get(taskId), "task", taskId);
      }),

    /** Hands messages that came meanwhile to the running task. True when there were any. */
    takeUpMessages: (taskId: string): boolean =>
      live(taskId, (task) => {
        const delivered = deliver(waitingFor(task));
        if (delivered.length > 0) events.append(task.sessionId, delivered);
        return delivered.length > 0;
      }),

    hasNewMessages: (taskId: string): boolean => {
      const task = tasks.get(taskId);
      return task !== undefined && waitingFor(task).length > 0;
    },

    /** The agent starts to say something, or starts again after its first try was cut: what was streamed before is void. */
    beginMessage: (taskId: string, messageId: string): void =>
      live(taskId, (task) => {
        deltas.flush();
        tasks.update(taskId, { streamingMessageId: messageId });
        const message: Message = {
          id: messageId,
          sessionId: task.sessionId,
          taskId,
          role: "assistant",
          content: [],
          files: [],
          position: null,
          createdAt: now(),
        };
        events.append(task.sessionId, [{ type: "message.created", taskId, data: { message } }]);
      }),

    /** The answer with all its tool intents, before the first of them starts. */
    commitTurn: (taskId: string, turn: Turn): void =>
      live(taskId, (task) => {
        deltas.flush();
        const calls = turn.parts.filter((part) => part.type === "tool-call");
        const final = say(task, {
          id: turn.messageId,
          role: "assistant",
          parts: turn.parts,
          providerMetadata: turn.providerMetadata,
        });
        toolCalls.intend(
          calls.map((call) => ({ ...call, taskId, sessionId: task.sessionId, messageId: turn.messageId })),
        );
        tasks.update(taskId, { steps: task.steps + 1, streamingMessageId: null });
        tasks.addUsage(taskId, turn.usage);
        const intents = calls.map(({ toolCallId, toolName, input }): NewEvent => ({
          type: "tool.call",
          taskId,
          data: { messageId: turn.messageId, toolCallId, toolName, input },
        }));
        announce(task, [
          final,
          ...intents,
          { type: "usage", taskId, data: { model: turn.model, usage: turn.usage } },
        ]);
      }),

    startCall: (taskId: string, toolCallId: string): void =>
      live(taskId, () => toolCalls.start(taskId, toolCallId, now())),

    finishCall: (
      call: ToolCall,
      outcome: { output: ToolOutput; isError: boolean; durationMs: number },
    ): void =>
      live(call.taskId, (task) => {
        deltas.flush();
        events.append(task.sessionId, [finishCall(call, outcome)]);
      }),

    /** All calls of the message are answered: the results become one message, in call order. */
    deliverResults: (taskId: string, resultMessageId: string, messageId: string): void =>
      live(taskId, (task) => {
        const result = say(task, {
          id: resultMessageId,
          role: "tool",
          parts: resultParts(toolCalls.ofMessage(messageId)),
        });
        events.append(task.sessionId, [result]);
      }),

    setState: (taskId: string, state: TaskState, detail: string, change: TaskChange = {}): void =>
      live(taskId, (task) => {
        tasks.update(taskId, { ...change, state });
        announce(task, [], detail);
      }),

    /** Words for people while the state stays. */
    tell: (taskId: string, detail: string): void =>
      live(taskId, (task) => {
        const session = existing(sessions.get(task.sessionId), "session", task.sessionId);
        events.append(task.sessionId, [statusEvent(session, taskId, detail)]);
      }),

    /**
     * Ends a task, from wherever it is; the only place that does. What was said stays, open calls are answered,
     * open decisions are withdrawn, messages not taken up yet join the conversation. A task that has ended stays as it is.
     */
    close: (
      taskId: string,
      outcome: {
        state: "completed" | "failed" | "cancelled";
        problem?: Problem;
        detail: string;
        newMessageId: () => string;
      },
    ): Task =>
      storage.atomically(() => {
        const task = existing(tasks.get(taskId), "task", taskId);
        if (hasEnded(task)) return task;
        deltas.flush();
        const said = [...keepPartial(task), ...closeCalls(task, outcome.newMessageId, outcome.detail)];
        const withdrawn = withdrawActions(task);
        const delivered = deliver(waitingFor(task));
        tasks.update(taskId, {
          state: outcome.state,
          endedAt: now(),
          error: outcome.problem ?? null,
          streamingMessageId: null,
        });
        const failure: NewEvent[] = outcome.problem
          ? [{ type: "error", taskId, data: { problem: outcome.problem } }]
          : [];
        announce(task, [...said, ...withdrawn, ...delivered, ...failure], outcome.detail);
        return existing(tasks.get(taskId), "task", taskId);
      }),
  };

  function withdrawActions(task: Task): NewEvent[] {
    const open = actions
      .pending(task.sessionId, { limit: 1000 })
      .filter((action) => action.taskId === task.id);
    return open.flatMap((action) => {
      const isMine = actions.resolve(action.id, {
        state: "cancelled",
        resolvedBy: "cancel",
        resolvedAt: now(),
      });
      const resolved = actions.get(action.id);
      return isMine && resolved
        ? [{ type: "action.resolved" as const, taskId: task.id, data: { action: resolved } }]
        : [];
    });
  }
}

export type Journal = ReturnType<typeof createJournal>;

export function existing<T>(value: T | undefined, what: string, id: string): T {
  if (value === undefined) throw notFound(what, id);
  return value;
}

function statusEvent(session: Session, taskId: string, detail: string): NewEvent {
  return { type: "status", taskId, data: { state: session.status, detail } };
}

function resultParts(calls: readonly ToolCall[]): MessagePart[] {
  return calls.map(({ toolCallId, toolName, output, isError }) => ({
    type: "tool-result",
    toolCallId,
    toolName,
    output: output ?? { success: false, message: "No result." },
    isError,
  }));
}

function unfinished(call: ToolCall, why: string): ToolOutput {
  return call.state === "started"
    ? {
        success: false,
        message: `Cut off while it ran (${why}). Its effects are unknown; look before repeating it.`,
      }
    : { success: false, message: `Not run (${why}).` };
}
