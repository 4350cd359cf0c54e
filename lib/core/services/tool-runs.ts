import { AppError, notFound, requireFound } from "../../errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { Scheduler } from "../loop/scheduler.ts";
import { abortable, timestamp } from "../../ports/clock.ts";
import type { ToolService } from "../../ports/services.ts";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Task } from "../../task.ts";
import { hasEnded } from "../../task.ts";
import type { Tool, ToolSpec } from "../../tool.ts";

type RequestedCall = Parameters<ToolService["run"]>[0];

export interface ToolRunsContext {
  runtime: Pick<Runtime, "clock" | "newId" | "storage" | "toolbox">;
  journal: Pick<Journal, "announce">;
  scheduler: Pick<Scheduler, "wake">;
}

/** Tools that a person runs. Each run is a task whose first message is the call, so policy, journal and stream are the same as for the agent. */
export function createToolRuns(context: ToolRunsContext): ToolService {
  return {
    list: () => context.runtime.toolbox.tools.map(toolSpec),
    run: async (call, { requestKey, signal }) => {
      const { tasks } = context.runtime.storage;
      const known = requestKey === undefined ? undefined : tasks.ofRequest(requestKey)?.id;
      const taskId = known ?? submitCall(context, checkCall(context, call), requestKey);
      return (
        toolRunOf(context, taskId) ?? waitForToolRun(context, { taskId, sessionId: call.sessionId, signal })
      );
    },
  };
}

function toolSpec({ name, description, inputSchema, effect }: Tool): ToolSpec {
  return { name, description, inputSchema, effect };
}

function checkCall({ runtime: { toolbox } }: ToolRunsContext, call: RequestedCall): RequestedCall {
  const { toolName, input } = call;
  if (toolbox.get(toolName) === undefined) throw notFound("tool", toolName);
  const parsed = toolbox.parse(toolName, input);
  if (!("problem" in parsed)) return { ...call, input: parsed.input };
  const errors = [{ pointer: "/input", detail: parsed.problem }];
  throw new AppError("invalid-request", parsed.problem, { errors });
}

/** Creates the task of a run and returns its id. Throws session-busy. */
function submitCall(context: ToolRunsContext, call: RequestedCall, requestKey: string | undefined): string {
  const { runtime, scheduler } = context;
  const { storage, newId, clock } = runtime;
  return storage.atomically("tool-run.submit", () => {
    const { sessionId } = call;
    const session = requireFound(storage.sessions.get(sessionId), "session", sessionId);
    if (session.activeTask !== null)
      throw new AppError("session-busy", "The session is at work. Wait for its task to end, or cancel it.");
    const taskId = newId("tsk");
    const messageId = newId("msg");
    const createdAt = timestamp(clock.now());
    storage.tasks.create({ id: taskId, sessionId, settings: {}, requestKey, createdAt });
    createCallMessage(context, call, { taskId, messageId, createdAt });
    storage.afterCommit(scheduler.wake);
    return taskId;
  });
}

function createCallMessage(
  { runtime: { storage }, journal }: ToolRunsContext,
  { sessionId, toolName, input }: RequestedCall,
  { taskId, messageId, createdAt }: { taskId: string; messageId: string; createdAt: string },
): void {
  const { messages, toolCalls, tasks } = storage;
  const call = { toolCallId: callIdOf(taskId), toolName, input };
  const content = [{ type: "tool-call" as const, ...call }];
  messages.create({ id: messageId, sessionId, taskId, role: "user", content, fileIds: [], createdAt });
  toolCalls.intend([{ ...call, taskId, sessionId, messageId }]);
  const message = requireFound(messages.get(messageId), "message", messageId);
  journal.announce(requireFound(tasks.get(taskId), "task", taskId), [
    { type: "message.created", taskId, data: { message } },
    { type: "tool.call", taskId, data: { messageId, ...call } },
  ]);
}

/** The id of the only call of the task. */
function callIdOf(taskId: string): string {
  return `run_${taskId.slice(4)}`;
}

/** The run as the response shows it, once the task has ended or waits for a person; undefined before that. */
function toolRunOf(
  { runtime: { storage } }: ToolRunsContext,
  taskId: string,
): Schemas["ToolRun"] | undefined {
  const toolCallId = callIdOf(taskId);
  const task = requireFound(storage.tasks.get(taskId), "task", taskId);
  const call = requireFound(storage.toolCalls.get(taskId, toolCallId), "tool call", toolCallId);
  const action = storage.actions.ofCall(taskId, toolCallId) ?? null;
  if (!hasEnded(task) && action?.state !== "pending") return undefined;
  const { toolName, output, durationMs } = call;
  return { task, toolCallId, toolName, output, isError: hasFailed(task, call.isError), durationMs, action };
}

function hasFailed(task: Task, isError: boolean): boolean {
  return isError || task.state === "failed" || task.state === "cancelled";
}

interface AwaitedRun {
  taskId: string;
  sessionId: string;
  signal: AbortSignal;
}

/** When the signal is aborted, only the wait ends: the tool goes on, and its result is an event. */
function waitForToolRun(context: ToolRunsContext, { taskId, sessionId, signal }: AwaitedRun) {
  return abortable<Schemas["ToolRun"]>(signal, ({ resolve, reject }) =>
    context.runtime.storage.events.onCommitted((changedSessionId) => {
      if (changedSessionId !== sessionId) return;
      try {
        const run = toolRunOf(context, taskId);
        if (run !== undefined) resolve(run);
      } catch (error) {
        reject(error); // Not thrown: it would reach the writer of the event.
      }
    }),
  );
}
