import { requestPermission } from "../approvals/request-permission.ts";
import type { PreparedCall } from "../approvals/call-digest.ts";
import type { PermissionContext } from "../approvals/request-permission.ts";
import type { Journal } from "../journal/journal.ts";
import type { UnansweredCalls } from "../journal/task-records.ts";
import type { ToolOutput } from "../../message.ts";
import { isToolRun } from "../../message.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Task } from "../../task.ts";
import { failedOutput, ToolFailure } from "../../tool.ts";
import type { ToolCall, Toolbox } from "../../tool.ts";
import { interruptionNotice, resultOfInterrupted } from "./interrupted-calls.ts";
import { runToolCall } from "./run-tool-call.ts";
import type { RunToolCallContext } from "./run-tool-call.ts";
import type { TaskLookup } from "./task-lookup.ts";

export interface AnswerCallsContext
  extends PermissionContext, RunToolCallContext, TaskLookup, Pick<Runtime, "hosts" | "toolbox"> {
  storage: Pick<Runtime["storage"], "actions" | "atomically" | "messages" | "sessions">;
  journal: Pick<Journal, "deliverResults" | "endPlanMode" | "finishCall" | "hasNewMessages" | "startCall">;
  /** Aborted when the server is asked to stop: no further call is begun. */
  stopping: AbortSignal;
}

export interface AnswerCallsOptions {
  task: Task;
  unanswered: UnansweredCalls;
  signal: AbortSignal;
}

/**
 * Answers every tool call of a message, in call order. Adjacent calls that only read run at the same time. When a message
 * from a person comes meanwhile, the calls that have not begun are not run, so that the agent reads the message soon.
 */
export async function answerCalls(
  context: AnswerCallsContext,
  { task, unanswered, signal }: AnswerCallsOptions,
): Promise<void> {
  const host = context.hosts.open(context.sessionOf(task).workspaceId);
  for (const group of groupCalls(unanswered.calls, context.toolbox)) {
    if (context.stopping.aborted) return;
    const hasNewMessages = context.journal.hasNewMessages(task.id);
    const answers = group.map(async (call) =>
      hasNewMessages && !isTakenUp(context, call)
        ? fail(context, call, "Not run: a new message came first.")
        : answerCall(context, { call, task, host }, signal),
    );
    await settleAll(answers);
  }
  context.journal.deliverResults(task.id, unanswered.messageId);
}

/** At most this many reading calls run at the same time. */
const parallelReadsMax = 8;

function groupCalls(calls: readonly ToolCall[], toolbox: Toolbox): ToolCall[][] {
  const groups: ToolCall[][] = [];
  const onlyReads = (call: ToolCall | undefined) =>
    call !== undefined && toolbox.get(call.toolName)?.asks === "never";
  for (const call of calls) {
    const last = groups.at(-1);
    if (last !== undefined && last.length < parallelReadsMax && onlyReads(call) && onlyReads(last[0]))
      last.push(call);
    else groups.push([call]);
  }
  return groups;
}

/** Waits for all, also when one fails: no call may still be at work when the loop goes on. */
async function settleAll(answers: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(answers)).find((answer) => answer.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** The call has begun, or a person was asked about it, perhaps in an earlier run of the server. */
function isTakenUp({ storage }: AnswerCallsContext, { taskId, toolCallId, state }: ToolCall): boolean {
  return state !== "intended" || storage.actions.ofCall(taskId, toolCallId) !== undefined;
}

type CallToAnswer = Pick<PreparedCall, "call" | "task" | "host">;

async function answerCall(
  context: AnswerCallsContext,
  toAnswer: CallToAnswer,
  signal: AbortSignal,
): Promise<void> {
  const { call } = toAnswer;
  if (call.state === "done") return;
  const prepared = prepare(context, toAnswer);
  if ("problem" in prepared) return fail(context, call, prepared.problem);
  try {
    const interrupted = await resultOfInterrupted(prepared);
    if (interrupted !== undefined) return finishInterrupted(context, prepared, interrupted);
    const permission = await requestPermission(context, prepared, signal);
    if ("refusal" in permission) return fail(context, call, permission.refusal);
    await runToolCall(context, { ...prepared, ...permission, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ToolFailure)) throw error;
    finish(context, call, failedOutput(error.message, error.fields));
  }
}

/** Finds the tool and checks the input; `problem` is for the model. */
function prepare(context: AnswerCallsContext, toAnswer: CallToAnswer): PreparedCall | { problem: string } {
  const { toolName, input } = toAnswer.call;
  const tool = context.toolbox.get(toolName);
  const parsed = context.toolbox.parse(toolName, input);
  if ("problem" in parsed) return parsed;
  if (tool === undefined) return { problem: "No such tool." };
  if (!isOffered(context, toAnswer))
    return { problem: `${tool.name} is not one of the tools of this agent.` };
  return { ...toAnswer, tool, input: parsed.input };
}

/** An agent has the tools of its profile; a person has all of them. */
function isOffered({ agentOf, storage }: AnswerCallsContext, { call, task }: CallToAnswer): boolean {
  const { tools } = agentOf(task);
  if (tools === null || tools.includes(call.toolName)) return true;
  const message = storage.messages.get(call.messageId);
  return message !== undefined && isToolRun(message);
}

function finishInterrupted(context: AnswerCallsContext, prepared: PreparedCall, output: ToolOutput): void {
  const notice = output.success ? undefined : interruptionNotice(prepared);
  finish(context, prepared.call, output, notice);
}

function fail(context: AnswerCallsContext, call: ToolCall, message: string): void {
  finish(context, call, failedOutput(message));
}

/** `notice` is for people. */
function finish({ journal }: AnswerCallsContext, call: ToolCall, output: ToolOutput, notice?: string): void {
  journal.finishCall(call, { output, isError: !output.success, durationMs: 0 }, notice);
}
