import type { AsyncLocalStorage } from "node:async_hooks";
import { ROOT_CONTEXT, trace, type Context } from "@opentelemetry/api";
import type { Storage } from "../ports/storage.ts";
import type { Task } from "../task.ts";
import { fail, type BeginSpan } from "./begin.ts";

export interface TaskTracing {
  begin: BeginSpan;
  /** The context of whatever is at work. */
  within: AsyncLocalStorage<Context>;
  storage: Pick<Storage, "sessions" | "tasks">;
}

/**
 * A trace of its own, not part of the request that made the task: the task outlives it, perhaps by days and lives of the
 * server. Session and task ids lead from one to the other.
 */
export async function traceTask(
  task: Task,
  work: () => Promise<void>,
  { begin, within, storage }: TaskTracing,
): Promise<void> {
  const agentId = known(() => storage.sessions.get(task.sessionId)?.agentId) ?? "unknown";
  const attributes = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.id": agentId,
    "gen_ai.conversation.id": task.sessionId,
    "talkcody.task.id": task.id,
  };
  const span = begin(`invoke_agent ${agentId}`, attributes, { parent: ROOT_CONTEXT });
  try {
    await within.run(trace.setSpan(ROOT_CONTEXT, span), work);
    const left = known(() => storage.tasks.outline(task.id));
    if (left !== undefined) span.setAttribute("talkcody.task.state", left.state);
    if (left?.error) fail(span, left.error.code);
  } catch (error) {
    fail(span, "cut"); // By what will pass: the task is taken up again.
    throw error;
  } finally {
    span.end();
  }
}

/** What cannot be read is the affair of the work itself, which goes on as it would untraced. */
function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
