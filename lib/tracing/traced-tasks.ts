import type { AsyncLocalStorage } from "node:async_hooks";
import { ROOT_CONTEXT, trace, type Context } from "@opentelemetry/api";
import type { Storage } from "../ports/storage.ts";
import type { Task } from "../task.ts";
import { fail, type BeginSpan } from "./begin.ts";

export interface TaskTracing {
  begin: BeginSpan;
  /** The context of the current task. */
  within: AsyncLocalStorage<Context>;
  storage: Pick<Storage, "sessions" | "tasks">;
}

/**
 * Each task is a trace of its own and not part of the request that created it: the task may run for days and continue after
 * restarts of the server. Session id and task id connect the two.
 */
export async function traceTask(
  task: Task,
  work: () => Promise<void>,
  { begin, within, storage }: TaskTracing,
): Promise<void> {
  const agentId = readIfPossible(() => storage.sessions.get(task.sessionId)?.agentId) ?? "unknown";
  const attributes = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.id": agentId,
    "gen_ai.conversation.id": task.sessionId,
    "talkcody.task.id": task.id,
  };
  const span = begin(`invoke_agent ${agentId}`, attributes, { parent: ROOT_CONTEXT });
  try {
    await within.run(trace.setSpan(ROOT_CONTEXT, span), work);
    const left = readIfPossible(() => storage.tasks.outline(task.id));
    if (left !== undefined) span.setAttribute("talkcody.task.state", left.state);
    if (left?.error) fail(span, left.error.code);
  } catch (error) {
    fail(span, "cut"); // Interrupted, for example by a stop of the server. The task continues later.
    throw error;
  } finally {
    span.end();
  }
}

/** Undefined when it cannot be read. The work itself will meet the same error and handle it. */
function readIfPossible<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
