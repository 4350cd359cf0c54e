import type { NewEvent } from "../../event.ts";
import type { Message, MessagePart, ProviderMetadata } from "../../message.ts";
import type { Task, Usage } from "../../task.ts";
import type { IntendedChange, ToolCall } from "../../tool.ts";
import { createEndTask } from "./end-task.ts";
import { createTaskRecords, requireFound, statusEvent } from "./task-records.ts";
import type { ToolCallOutcome } from "./task-records.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** What one model request brought. */
export interface CompletedTurn {
  messageId: string;
  parts: MessagePart[];
  providerMetadata: ProviderMetadata[];
  usage: Usage;
  model: string;
}

/** What a loop writes: each change one transaction, with the events that describe it. */
export function createJournal(runtime: Pick<Runtime, "storage" | "clock" | "deltas" | "newId">) {
  const { storage, deltas, newId } = runtime;
  const { sessions, tasks, events, toolCalls, workspaces } = storage;
  const ledger = createTaskRecords(runtime);
  const { live, announce } = ledger;

  /** Nothing comes between tool calls and their results, be they the agent's or a person's. */
  const takeUp = (task: Task) => {
    if (ledger.openCalls(task) !== undefined) return { told: [], hasNews: false };
    const waiting = ledger.waitingFor(task);
    const own = waiting[0] !== undefined && isToolRun(waiting[0]) ? waiting.slice(0, 1) : waiting;
    // What another task left behind is history for this one, and comes before it.
    const before = task.state === "queued" ? ledger.leftBehind(task.sessionId) : [];
    const told = ledger.deliver([...before, ...own]);
    return { told, hasNews: own.length > 0 };
  };

  /** What waits for its clone is at no step yet, so that a server that ends meanwhile ends at none. */
  const canWork = ({ sessionId }: Task): boolean => {
    const workspaceId = sessions.get(sessionId)?.workspaceId;
    return workspaceId === undefined || workspaces.get(workspaceId)?.state !== "cloning";
  };

  const status = ({ id, sessionId }: Task, detail: string | undefined): NewEvent[] => {
    if (detail === undefined) return [];
    return [statusEvent(requireFound(sessions.get(sessionId), "session", sessionId), id, detail)];
  };

  const close = createEndTask(runtime, ledger);

  return {
    now: ledger.now,
    announce,
    live,
    openCalls: ledger.openCalls,
    close,

    /** False when a message came since the agent had its last word: then the task goes on. */
    complete: (taskId: string): boolean =>
      live({ taskId, as: "task.complete" }, (task) => {
        if (ledger.waitingFor(task).length > 0) return false;
        close(taskId, { state: "completed", detail: "Done" });
        return true;
      }),

    /** Takes up a queued task, and the messages it is about. */
    begin: (taskId: string): Task =>
      live({ taskId, as: "task.begin" }, (task) => {
        const delivered = takeUp(task).told;
        if (canWork(task)) tasks.update(taskId, { isInterrupted: false });
        if (task.state === "queued") tasks.update(taskId, { state: "running", startedAt: ledger.now() });
        announce(task, delivered, task.state === "waiting" ? "Waiting for your decision" : "Working");
        return requireFound(tasks.get(taskId), "task", taskId);
      }),

    /** Hands messages that came meanwhile to the running task. True when there were any. */
    takeUpMessages: (taskId: string): boolean =>
      live({ taskId, as: "messages.take-up" }, (task) => {
        const { told, hasNews } = takeUp(task);
        if (told.length > 0) events.append(task.sessionId, told);
        return hasNews;
      }),

    hasNewMessages: (taskId: string): boolean =>
      ledger.waitingFor(requireFound(tasks.get(taskId), "task", taskId)).length > 0,

    /** The agent starts to say something, or starts again after a try was cut: what was streamed before is void. */
    beginMessage: (taskId: string, messageId: string): void =>
      live({ taskId, as: "message.begin" }, (task) => {
        deltas.flush();
        tasks.update(taskId, { streamingMessageId: messageId });
        const message = emptyMessage(task, messageId, ledger.now());
        events.append(task.sessionId, [{ type: "message.created", taskId, data: { message } }]);
      }),

    /** The answer with all its tool intents, before the first of them starts. */
    commitTurn: (taskId: string, { messageId, parts, providerMetadata, usage, model }: CompletedTurn): void =>
      live({ taskId, as: "turn.commit" }, (task) => {
        deltas.flush();
        const final = ledger.say(task, { id: messageId, role: "assistant", parts, providerMetadata });
        const calls = parts.filter((part) => part.type === "tool-call");
        toolCalls.intend(calls.map((call) => ({ ...call, taskId, sessionId: task.sessionId, messageId })));
        tasks.update(taskId, { steps: task.steps + 1, streamingMessageId: null, recoveries: 0 });
        tasks.addUsage(taskId, usage);
        const intents = calls.map(({ toolCallId, toolName, input }): NewEvent => ({
          type: "tool.call",
          taskId,
          data: { messageId, toolCallId, toolName, input },
        }));
        announce(task, [final, ...intents, { type: "usage", taskId, data: { model, usage } }]);
      }),

    startCall: ({ taskId, toolCallId }: ToolCall, change: IntendedChange | undefined): void =>
      live({ taskId, as: "call.start" }, () =>
        toolCalls.start(taskId, toolCallId, { at: ledger.now(), change }),
      ),

    /** `told` are words for people about a call that did not end as it should. */
    finishCall: (call: ToolCall, outcome: ToolCallOutcome, told?: string): void =>
      live({ taskId: call.taskId, as: "call.record-outcome" }, (task) => {
        deltas.flush();
        tasks.update(task.id, { recoveries: 0 });
        events.append(task.sessionId, [ledger.finishCall(call, outcome), ...status(task, told)]);
      }),

    /** All calls of the message are answered: the results become one message. */
    deliverResults: (taskId: string, messageId: string): void =>
      live({ taskId, as: "results.deliver" }, (task) => {
        const parts = ledger.results(messageId);
        events.append(task.sessionId, [ledger.say(task, { id: newId("msg"), role: "tool", parts })]);
      }),

    /** Words for people while the state stays. */
    tell: (taskId: string, detail: string): void =>
      live({ taskId, as: "status.tell" }, (task) => {
        events.append(task.sessionId, status(task, detail));
      }),
  };
}

export type Journal = ReturnType<typeof createJournal>;

function isToolRun({ content }: Message): boolean {
  return content.some((part) => part.type === "tool-call");
}

function emptyMessage(task: Task, id: string, createdAt: string): Message {
  const { id: taskId, sessionId } = task;
  return { id, sessionId, taskId, role: "assistant", content: [], files: [], position: null, createdAt };
}
