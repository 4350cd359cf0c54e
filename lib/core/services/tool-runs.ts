import { AppError, notFound } from "../../errors.ts";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";
import type { ToolService } from "../../ports/services.ts";
import type { Task } from "../../task.ts";
import { hasEnded } from "../../task.ts";
import { requireFound } from "../journal/task-records.ts";
import type { Journal } from "../journal/journal.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Scheduler } from "../loop/scheduler.ts";

type Call = Parameters<ToolService["run"]>[0];

export interface ToolRunsOptions {
  runtime: Runtime;
  journal: Journal;
  scheduler: Pick<Scheduler, "wake">;
}

/** Tools that a person runs: a task of its own whose first message is the call, so that policy, journal and stream are the same as for the agent. */
export function createToolRuns({ runtime, journal, scheduler }: ToolRunsOptions): ToolService {
  const { storage, toolbox, newId } = runtime;
  const { sessions, tasks, messages, toolCalls, actions, events } = storage;

  /** Returns the id of the task. */
  const submit = ({ sessionId, toolName, input }: Call, requestKey: string | undefined): string =>
    storage.atomically("tool-run.submit", () => {
      const session = requireFound(sessions.get(sessionId), "session", sessionId);
      if (session.activeTask !== null)
        throw new AppError("session-busy", "The session is at work. Wait for its task to end, or cancel it.");
      const taskId = newId("tsk");
      const messageId = newId("msg");
      const call = { toolCallId: callOf(taskId), toolName, input };
      tasks.create({ id: taskId, sessionId, settings: {}, requestKey, createdAt: journal.now() });
      const content = [{ type: "tool-call" as const, ...call }];
      messages.create({
        id: messageId,
        sessionId,
        taskId,
        role: "user",
        content,
        fileIds: [],
        createdAt: journal.now(),
      });
      toolCalls.intend([{ ...call, taskId, sessionId, messageId }]);
      const message = requireFound(messages.get(messageId), "message", messageId);
      journal.announce(requireFound(tasks.get(taskId), "task", taskId), [
        { type: "message.created", taskId, data: { message } },
        { type: "tool.call", taskId, data: { messageId, ...call } },
      ]);
      storage.afterCommit(scheduler.wake);
      return taskId;
    });

  const stateOf = (taskId: string): Schemas["ToolRun"] | undefined => {
    const toolCallId = callOf(taskId);
    const task = requireFound(tasks.get(taskId), "task", taskId);
    const call = requireFound(toolCalls.get(taskId, toolCallId), "tool call", toolCallId);
    const action = actions.ofCall(taskId, toolCallId) ?? null;
    if (!hasEnded(task) && action?.state !== "pending") return undefined;
    return {
      task,
      toolCallId,
      toolName: call.toolName,
      output: call.output,
      isError: isError(task, call.isError),
      durationMs: call.durationMs,
      action,
    };
  };

  return {
    list: () =>
      toolbox.tools.map(({ name, description, inputSchema, effect }) => ({
        name,
        description,
        inputSchema,
        effect,
      })),

    run: async (call, { requestKey, signal }) => {
      const begun = requestKey === undefined ? undefined : tasks.ofRequest(requestKey)?.id;
      const taskId = begun ?? submit(checked(call), requestKey);
      return stateOf(taskId) ?? whenSettled(call.sessionId, taskId, signal);
    },
  };

  function checked({ sessionId, toolName, input }: Call): Call {
    if (toolbox.get(toolName) === undefined) throw notFound("tool", toolName);
    const parsed = toolbox.parse(toolName, input);
    if (!("problem" in parsed)) return { sessionId, toolName, input: parsed.input };
    throw new AppError("invalid-request", parsed.problem, {
      errors: [{ pointer: "/input", detail: parsed.problem }],
    });
  }

  function whenSettled(sessionId: string, taskId: string, signal: AbortSignal): Promise<Schemas["ToolRun"]> {
    return new Promise((settle, reject) => {
      const stopListening = events.onCommitted((changed) => {
        if (changed !== sessionId) return;
        try {
          const state = stateOf(taskId);
          if (state !== undefined) leave(() => settle(state));
        } catch (error) {
          leave(() => reject(error as Error)); // Whoever committed has no part in it.
        }
      });
      const onAbort = () => leave(() => reject(signal.reason as Error)); // The tool goes on; its result is an event.
      const leave = (end: () => void) => {
        stopListening();
        signal.removeEventListener("abort", onAbort);
        end();
      };
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }
}

/** The one call of the task. */
function callOf(taskId: string): string {
  return `run_${taskId.slice(4)}`;
}

function isError(task: Task, failed: boolean): boolean {
  return failed || task.state === "failed" || task.state === "cancelled";
}
