import type { Action } from "../action.ts";
import type { ToolOutput } from "../message.ts";
import type { ResolvedSettings } from "../settings.ts";
import type { Task } from "../task.ts";
import { ToolFailure } from "../tool.ts";
import type { Tool, ToolCall } from "../tool.ts";
import type { WorkspaceHost } from "../workspace.ts";
import type { Kit } from "./kit.ts";
import { decide } from "./policy.ts";

interface OpenCalls {
  messageId: string;
  calls: ToolCall[];
}

/**
 * Answers every tool call of a message, in call order. Neighbouring calls that only read run side by side. A message
 * that comes meanwhile is heard after the current tool: the calls that follow are not run.
 */
export async function answerCalls(task: Task, open: OpenCalls, kit: Kit, signal: AbortSignal): Promise<void> {
  const host = kit.hosts.open(kit.session(task.sessionId).workspaceId);
  for (const group of grouped(open.calls, kit)) {
    if (kit.isStopping()) return;
    if (kit.journal.hasNewMessages(task.id)) skip(group, kit);
    else await Promise.all(group.map((call) => answer(call, { task, host, kit, signal })));
  }
  kit.journal.deliverResults(task.id, kit.newId("msg"), open.messageId);
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

function skip(group: readonly ToolCall[], kit: Kit): void {
  for (const call of group) {
    if (call.state === "intended") fail(call, kit, "Not run: a new message came first.");
    if (call.state === "started") fail(call, kit, interrupted);
  }
}

const interrupted =
  "Interrupted by a restart of the server; its effects are unknown. Look before repeating it.";

interface Surroundings {
  task: Task;
  host: WorkspaceHost;
  kit: Kit;
  signal: AbortSignal;
}

async function answer(call: ToolCall, surroundings: Surroundings): Promise<void> {
  const { task, kit } = surroundings;
  if (call.state === "done") return;
  const tool = kit.toolbox.get(call.toolName);
  const parsed = kit.toolbox.parse(call.toolName, call.input);
  if (tool === undefined || "problem" in parsed)
    return fail(call, kit, "problem" in parsed ? parsed.problem : "No such tool.");
  if (call.state === "started" && tool.effect !== "pure") {
    return fail(call, kit, interrupted);
  }
  try {
    const permit = await permission(call, tool, parsed.input, {
      settings: kit.resolve(task),
      ...surroundings,
    });
    if ("refusal" in permit) return fail(call, kit, permit.refusal);
    await perform(call, tool, permit, surroundings);
  } catch (error) {
    surroundings.signal.throwIfAborted();
    if (!(error instanceof ToolFailure)) throw error;
    kit.journal.finishCall(call, {
      output: failure(error.message, error.fields),
      isError: true,
      durationMs: 0,
    });
  }
}

function fail(call: ToolCall, kit: Kit, message: string): void {
  kit.journal.finishCall(call, { output: failure(message), isError: true, durationMs: 0 });
}

function failure(message: string, fields: Record<string, unknown> = {}): ToolOutput {
  return { ...fields, success: false, message };
}

type Permit = { input: Record<string, unknown>; decision: Action | null } | { refusal: string };

/** Allowed, refused, or asked and waited for. What was decided in another life of the server still holds. */
async function permission(
  call: ToolCall,
  tool: Tool,
  input: Record<string, unknown>,
  { task, host, kit, settings, signal }: Surroundings & { settings: ResolvedSettings },
): Promise<Permit> {
  const verdict = decide(tool, tool.subject(input, host), settings);
  const asked = kit.storage.actions.ofCall(task.id, call.toolCallId);
  if (asked === undefined) {
    if (verdict.decision === "deny") return { refusal: verdict.reason };
    if (verdict.decision === "allow" && tool.asks !== "plan") return { input, decision: null };
  }
  const action =
    asked ??
    (await kit.decisions.ask({
      task,
      call,
      tool,
      input,
      host,
      reason: verdict.reason,
      isApproved: verdict.decision === "allow",
    }));
  const decided = await kit.decisions.wait(action, signal);
  if (tool.asks === "plan" || tool.asks === "question") return { input: decided.input, decision: decided };
  if (decided.state !== "approved") return { refusal: refusalOf(decided) };
  const isSame = (await kit.decisions.digest(tool, decided.input, host)) === decided.digest;
  return isSame
    ? { input: decided.input, decision: decided }
    : { refusal: "Not run: what it touches changed after it was approved. Read it again and ask anew." };
}

function refusalOf(action: Action): string {
  if (action.state === "expired") return "Not run: nobody decided in time.";
  return `The user rejected this.${action.reason ? ` Reason: ${action.reason}` : ""}`;
}

async function perform(
  call: ToolCall,
  tool: Tool,
  permit: Extract<Permit, { input: unknown }>,
  { task, host, kit, signal }: Surroundings,
): Promise<void> {
  const settings = kit.resolve(task);
  const startedAt = performance.now();
  kit.journal.startCall(task.id, call.toolCallId);
  const output = await runTool(tool, permit.input, {
    host,
    fetch: kit.fetcher,
    taskId: task.id,
    toolCallId: call.toolCallId,
    signal,
    timeoutMs: settings.commandTimeoutMs,
    onOutput: (stream, text) => {
      if (signal.aborted) return;
      kit.deltas.push({
        type: "tool.output",
        sessionId: task.sessionId,
        taskId: task.id,
        toolCallId: call.toolCallId,
        stream,
        text,
      });
    },
    decision: permit.decision,
  });
  kit.decisions.applyOutcome(tool, task.id, permit.decision);
  const told = signal.aborted ? failure(interrupted, output) : output; // Cut by a stop: the next life of the server goes on from here.
  kit.journal.finishCall(call, {
    output: told,
    isError: !told.success,
    durationMs: Math.round(performance.now() - startedAt),
  });
}

async function runTool(tool: Tool, ...[input, context]: Parameters<Tool["run"]>): Promise<ToolOutput> {
  try {
    return await tool.run(input, context);
  } catch (error) {
    if (error instanceof ToolFailure) return failure(error.message, error.fields);
    throw error;
  }
}
