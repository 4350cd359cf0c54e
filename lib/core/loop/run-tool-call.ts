import type { ToolOutput } from "../../message.ts";
import { ToolFailure } from "../../tool.ts";
import type { Tool, ToolCall } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import { retryWhileBusy } from "../runtime/retry-while-busy.ts";
import { AppError, isTransient } from "../../errors.ts";
import type { Kit } from "./kit.ts";
import type { PermittedCall, ToolCallContext } from "./permission.ts";

/** Runs a permitted call: on record before it acts, its outcome on record at once when it ends. */
export async function runToolCall(
  call: ToolCall,
  tool: Tool,
  permit: PermittedCall,
  { task, host, kit, signal }: ToolCallContext,
): Promise<void> {
  const settings = kit.resolve(task);
  const startedAt = kit.clock.elapsed();
  const revisions = await tool.revisions?.(permit.input, host);
  kit.journal.startCall(call, revisions && { before: revisions.present, after: revisions.after() });
  const output = await runTool(tool, kit, permit.input, {
    host,
    fetch: kit.fetcher,
    taskId: task.id,
    toolCallId: call.toolCallId,
    signal,
    timeoutMs: settings.commandTimeoutMs,
    onOutput: (stream, text) => {
      if (!signal.aborted) showOutput(call, kit, { stream, text });
    },
    decision: permit.decision,
  });
  kit.reach("tool.acted");
  const isForNextLife = tool.effect === "pure" || (tool.effect === "checkable" && !output.success);
  if (isForNextLife) signal.throwIfAborted(); // It runs again, or is looked for in the world.
  const isCut = signal.aborted && !output.success;
  const told = isCut ? failure(interruptedMessage, output) : output; // By a stop: the next run of the server goes on from here.
  const durationMs = Math.round(kit.clock.elapsed() - startedAt);
  const record = () =>
    kit.storage.atomically("call.record-outcome", () => {
      kit.decisions.applyOutcome(tool, task.id, permit.decision);
      const words = isCut ? interruptionNotice(tool, permit.input, host) : undefined;
      kit.journal.finishCall(call, { output: told, isError: !told.success, durationMs }, words);
    });
  await retryWhileBusy(record, { ...kit, signal });
}

/** People may watch a command; what they cannot be shown while the database is locked stands in its result. */
function showOutput(
  { taskId, sessionId, toolCallId }: ToolCall,
  kit: Kit,
  said: { stream: "stdout" | "stderr"; text: string },
): void {
  try {
    kit.deltas.push({ type: "tool.output", sessionId, taskId, toolCallId, ...said });
  } catch (error) {
    if (!isTransient(error)) throw error;
  }
}

/** A tool that breaks is a result the model reads, never the end of its task; the log tells what broke. */
async function runTool(
  tool: Tool,
  kit: Kit,
  ...[input, context]: Parameters<Tool["run"]>
): Promise<ToolOutput> {
  try {
    return await tool.run(input, context);
  } catch (error) {
    if (error instanceof ToolFailure) return failure(error.message, error.fields);
    if (context.signal.aborted) return failure(interruptedMessage);
    if (!(error instanceof AppError)) kit.reportFault(`The tool ${tool.name} broke`, error);
    return failure(
      error instanceof AppError ? error.message : `${tool.name} broke unexpectedly; its effects are unknown.`,
    );
  }
}

export const interruptedMessage =
  "Interrupted by a restart of the server; its effects are unknown. Look before repeating it.";

/** What people are told about a call that was answered with `interrupted`. */
export function interruptionNotice(tool: Tool, input: Record<string, unknown>, host: WorkspaceHost): string {
  const subject = tool.subject(input, host).trim().split("\n", 1)[0] ?? "";
  const shown =
    subject.length > subjectCharactersMax ? `${subject.slice(0, subjectCharactersMax)}…` : subject;
  return `${tool.name} (${shown}) was cut by the restart. The agent was told that its effects are unknown and that it should look before repeating it.`;
}

const subjectCharactersMax = 80;

export function failure(message: string, fields: Record<string, unknown> = {}): ToolOutput {
  return { ...fields, success: false, message };
}
