import type { Action } from "../../action.ts";
import type { Permission, PreparedCall } from "../approvals/call-digest.ts";
import { AppError, isTransient } from "../../errors.ts";
import type { OutputDelta } from "../../event.ts";
import type { Journal } from "../journal/journal.ts";
import type { ToolOutput } from "../../message.ts";
import { type CommandsContext, runTracked } from "../network/running-commands.ts";
import { retryWhileBusy } from "../runtime/retry-while-busy.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { failedOutput, ToolFailure } from "../../tool.ts";
import type { Tool, ToolContext } from "../../tool.ts";
import type { RunningCalls } from "./running-calls.ts";
import { interruptedMessage, interruptionNotice } from "./interrupted-calls.ts";
import type { TaskLookup } from "./task-lookup.ts";

export interface RunToolCallContext
  extends
    CommandsContext,
    Pick<TaskLookup, "maskOf" | "settingsOf">,
    Pick<Runtime, "clock" | "deltas" | "fetcher" | "reach" | "reportFault"> {
  storage: Pick<Runtime["storage"], "atomically">;
  journal: Pick<Journal, "endPlanMode" | "finishCall" | "startCall">;
  runningCalls: Pick<RunningCalls, "begin" | "end" | "hear">;
}

export interface PermittedCall extends PreparedCall, Permission {
  signal: AbortSignal;
}

/** Runs a permitted call. It is on record before it acts, and its outcome is on record as soon as it ends. */
export async function runToolCall(context: RunToolCallContext, permitted: PermittedCall): Promise<void> {
  context.runningCalls.begin(permitted.call);
  try {
    await runAndRecord(context, permitted);
  } finally {
    context.runningCalls.end(permitted.call);
  }
}

async function runAndRecord(context: RunToolCallContext, permitted: PermittedCall): Promise<void> {
  const { call, tool, input, host, task, signal } = permitted;
  const { clock, journal } = context;
  const { commandTimeoutMs } = context.settingsOf(task);
  const startedAt = clock.elapsed();
  const revisions = await tool.revisions?.(input, host);
  journal.startCall(call, revisions && { before: revisions.present, after: revisions.after() });
  const output = await runTracked(context, permitted, () =>
    runTool(context, tool, input, toolContext(context, permitted, commandTimeoutMs)),
  );
  context.reach("tool.acted");
  // After a stop, such a call runs again or is looked at in the next run of the server: nothing is on record of it now.
  if (isRepeatable(tool, output)) signal.throwIfAborted();
  await recordOutcome(context, permitted, {
    output,
    isInterrupted: signal.aborted && !output.success,
    durationMs: Math.round(clock.elapsed() - startedAt),
  });
}

function toolContext(
  context: RunToolCallContext,
  { call, task, host, action, signal }: PermittedCall,
  timeoutMs: number,
): ToolContext {
  const { toolCallId } = call;
  const target = { type: "tool.output", sessionId: call.sessionId, taskId: call.taskId, toolCallId } as const;
  return {
    host,
    fetch: context.fetcher,
    taskId: task.id,
    toolCallId,
    signal,
    timeoutMs,
    onOutput: (stream, text) => {
      if (signal.aborted) return;
      context.runningCalls.hear(call, stream, text);
      pushOutput(context, { ...target, stream, text });
    },
    mask: context.maskOf(task),
    decision: action,
  };
}

/** Shows live output to people. While the database is locked they miss it; the result of the call holds it all the same. */
function pushOutput({ deltas }: RunToolCallContext, delta: OutputDelta): void {
  try {
    deltas.push(delta);
  } catch (error) {
    if (!isTransient(error)) throw error;
  }
}

/** A tool that throws gives a result that the model reads; it never ends the task. The log of the server gets the cause. */
async function runTool(
  { reportFault }: RunToolCallContext,
  tool: Tool,
  input: Record<string, unknown>,
  context: ToolContext,
): Promise<ToolOutput> {
  try {
    return await tool.run(input, context);
  } catch (error) {
    if (error instanceof ToolFailure) return failedOutput(error.message, error.fields);
    if (context.signal.aborted) return failedOutput(interruptedMessage);
    if (error instanceof AppError) return failedOutput(error.message);
    reportFault(`The tool ${tool.name} broke`, error);
    return failedOutput(`${tool.name} broke unexpectedly; its effects are unknown.`);
  }
}

/** Whether the call changes nothing, or its effect can be looked up and it reported none. */
function isRepeatable(tool: Tool, output: ToolOutput): boolean {
  return tool.effect === "pure" || (tool.effect === "checkable" && !output.success);
}

interface Outcome {
  output: ToolOutput;
  /** A stop of the server cut the call short. */
  isInterrupted: boolean;
  durationMs: number;
}

function recordOutcome(
  context: RunToolCallContext,
  permitted: PermittedCall,
  { output, isInterrupted, durationMs }: Outcome,
): Promise<void> {
  const { call, tool, task, action, signal } = permitted;
  const final = isInterrupted ? failedOutput(interruptedMessage, output) : output;
  const record = () =>
    context.storage.atomically("call.record-outcome", () => {
      if (isPlanApproved(tool, action)) context.journal.endPlanMode(task.id);
      const notice = isInterrupted ? interruptionNotice(permitted) : undefined;
      context.journal.finishCall(call, { output: final, isError: !final.success, durationMs }, notice);
    });
  return retryWhileBusy(record, { ...context, signal });
}

function isPlanApproved(tool: Tool, action: Action | null): boolean {
  return tool.asks === "plan" && (action?.state === "approved" || action?.state === "answered");
}
