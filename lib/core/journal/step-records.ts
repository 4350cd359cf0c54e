import type { NewEvent } from "../../event.ts";
import type { Message, MessagePart, ProviderMetadata } from "../../message.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { TaskMasks } from "../runtime/task-masks.ts";
import type { Usage } from "../../task.ts";
import type { IntendedChange, ToolCall } from "../../tool.ts";
import * as records from "./task-records.ts";
import type { ToolCallOutcome } from "./task-records.ts";

type StepContext = Pick<Runtime, "clock" | "deltas" | "newId" | "storage">;
type CallContext = StepContext & TaskMasks;

/** What one model request produced. */
export interface CompletedTurn {
  messageId: string;
  parts: MessagePart[];
  providerMetadata: ProviderMetadata[];
  usage: Usage;
  model: string;
}

export function beginMessage(context: StepContext, taskId: string, id: string): void {
  const { storage, deltas, clock } = context;
  records.changeTask(context, { taskId, boundary: "message.begin" }, ({ sessionId }) => {
    deltas.flush();
    storage.tasks.update(taskId, { streamingMessageId: id });
    const message: Message = {
      ...{ id, sessionId, taskId, role: "assistant", content: [], files: [], position: null },
      createdAt: timestamp(clock.now()),
    };
    storage.events.append(sessionId, [{ type: "message.created", taskId, data: { message } }]);
  });
}

export function commitTurn(context: StepContext, taskId: string, turn: CompletedTurn): void {
  const { messageId, parts, providerMetadata, usage, model } = turn;
  const { tasks, toolCalls } = context.storage;
  records.changeTask(context, { taskId, boundary: "turn.commit" }, (task) => {
    context.deltas.flush();
    const message = { id: messageId, role: "assistant", parts, providerMetadata } as const;
    const final = records.addMessage(context, task, message);
    const calls = parts.filter((part) => part.type === "tool-call");
    toolCalls.intend(calls.map((call) => ({ ...call, taskId, sessionId: task.sessionId, messageId })));
    tasks.update(taskId, { steps: task.steps + 1, streamingMessageId: null, recoveries: 0 });
    tasks.addUsage(taskId, usage);
    const intents = calls.map(({ toolCallId, toolName, input }): NewEvent => ({
      type: "tool.call",
      taskId,
      data: { messageId, toolCallId, toolName, input },
    }));
    records.announce(context, task, [final, ...intents, { type: "usage", taskId, data: { model, usage } }]);
  });
}

export function startCall(
  context: StepContext,
  { taskId, toolCallId }: ToolCall,
  change: IntendedChange | undefined,
): void {
  const { storage, clock } = context;
  records.changeTask(context, { taskId, boundary: "call.start" }, () =>
    storage.toolCalls.start(taskId, toolCallId, { at: timestamp(clock.now()), change }),
  );
}

/** The output of every tool passes here: what it holds of secrets is masked before anything is stored. */
export function finishCall(
  context: CallContext,
  call: ToolCall,
  { outcome, notice }: { outcome: ToolCallOutcome; notice: string | undefined },
): void {
  const { taskId } = call;
  const { tasks, events } = context.storage;
  records.changeTask(context, { taskId, boundary: "call.record-outcome" }, (task) => {
    context.deltas.flush();
    tasks.update(taskId, { recoveries: 0 });
    const output = context.maskOf(task).json(outcome.output);
    const result = records.finishCall(context, call, { ...outcome, output });
    const status = notice === undefined ? [] : [records.taskStatusEvent(context, task, notice)];
    events.append(task.sessionId, [result, ...status]);
  });
}

export function deliverResults(context: StepContext, taskId: string, messageId: string): void {
  records.changeTask(context, { taskId, boundary: "results.deliver" }, (task) => {
    const parts = records.resultsOf(context, messageId);
    const final = records.addMessage(context, task, { id: context.newId("msg"), role: "tool", parts });
    context.storage.events.append(task.sessionId, [final]);
  });
}
