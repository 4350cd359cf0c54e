import type { ToolOutput } from "../../message.ts";
import type { Task } from "../../task.ts";
import { ToolFailure } from "../../tool.ts";
import type { ToolCall } from "../../tool.ts";
import type { Kit } from "./kit.ts";
import type { UnansweredCalls } from "../journal/task-records.ts";
import { failure, runToolCall, interruptionNotice } from "./run-tool-call.ts";
import { requestPermission } from "./permission.ts";
import type { ToolCallContext } from "./permission.ts";
import { resultOfInterrupted } from "./interrupted-calls.ts";

/**
 * Answers every tool call of a message, in call order. Neighbouring calls that only read run side by side. A message
 * that comes meanwhile is heard after the current tool: the calls that follow are not run.
 */
export async function answerCalls(
  task: Task,
  open: UnansweredCalls,
  kit: Kit,
  signal: AbortSignal,
): Promise<void> {
  const host = kit.hosts.open(kit.session(task.sessionId).workspaceId);
  for (const group of grouped(open.calls, kit)) {
    if (kit.isStopping()) return;
    const isHeldUp = kit.journal.hasNewMessages(task.id);
    const answers = group.map((call) =>
      isHeldUp && !isTakenUp(call, kit) ? skip(call, kit) : answer(call, { task, host, kit, signal }),
    );
    await settleAll(answers);
  }
  kit.journal.deliverResults(task.id, open.messageId);
}

/** At most this many reading calls at once. */
const sideBySideMax = 8;

function grouped(calls: readonly ToolCall[], kit: Kit): ToolCall[][] {
  const groups: ToolCall[][] = [];
  const reads = (call: ToolCall | undefined) =>
    call !== undefined && kit.toolbox.get(call.toolName)?.asks === "never";
  for (const call of calls) {
    const last = groups.at(-1);
    if (last !== undefined && last.length < sideBySideMax && reads(call) && reads(last[0])) last.push(call);
    else groups.push([call]);
  }
  return groups;
}

/** Waits for all, also when one fails: what is still at work must not meet the loop that comes after this one. */
async function settleAll(answers: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(answers)).find((answer) => answer.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** It was begun, or a person was asked about it, perhaps in another run of the server: that holds whatever is said meanwhile. */
function isTakenUp({ taskId, toolCallId, state }: ToolCall, kit: Kit): boolean {
  return state !== "intended" || kit.storage.actions.ofCall(taskId, toolCallId) !== undefined;
}

async function skip(call: ToolCall, kit: Kit): Promise<void> {
  fail(call, kit, "Not run: a new message came first.");
}

async function answer(call: ToolCall, surroundings: ToolCallContext): Promise<void> {
  const { kit } = surroundings;
  if (call.state === "done") return;
  const tool = kit.toolbox.get(call.toolName);
  const parsed = kit.toolbox.parse(call.toolName, call.input);
  if (tool === undefined || "problem" in parsed)
    return fail(call, kit, "problem" in parsed ? parsed.problem : "No such tool.");
  if (!isOffered(call, kit)) return fail(call, kit, `${tool.name} is not one of the tools of this agent.`);
  try {
    const cut = await resultOfInterrupted(call, { tool, input: parsed.input, host: surroundings.host });
    if (cut !== undefined)
      return finish(
        call,
        kit,
        cut,
        cut.success ? undefined : interruptionNotice(tool, parsed.input, surroundings.host),
      );
    const permit = await requestPermission(call, tool, parsed.input, surroundings);
    if ("refusal" in permit) return fail(call, kit, permit.refusal);
    await runToolCall(call, tool, permit, surroundings);
  } catch (error) {
    surroundings.signal.throwIfAborted();
    if (!(error instanceof ToolFailure)) throw error;
    finish(call, kit, failure(error.message, error.fields));
  }
}

/** An agent has the tools of its profile; a person has all of them. */
function isOffered({ sessionId, messageId, toolName }: ToolCall, kit: Kit): boolean {
  const { tools } = kit.agentOf(kit.session(sessionId));
  return tools === null || tools.includes(toolName) || kit.storage.messages.get(messageId)?.role === "user";
}

function fail(call: ToolCall, kit: Kit, message: string): void {
  finish(call, kit, failure(message));
}

function finish(call: ToolCall, kit: Kit, output: ToolOutput, told?: string): void {
  kit.journal.finishCall(call, { output, isError: !output.success, durationMs: 0 }, told);
}
