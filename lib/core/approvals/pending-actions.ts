import type { Action, Resolution } from "../../action.ts";
import { requireFound } from "../../errors.ts";
import type { Journal } from "../journal/journal.ts";
import { abortable, timestamp } from "../../ports/clock.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { TaskMasks } from "../runtime/task-masks.ts";
import { previewCall } from "./call-digest.ts";
import type { PreparedCall } from "./call-digest.ts";
import { newAction, waitingFor } from "./new-action.ts";

export interface ApprovalRequest extends PreparedCall {
  /** For the person: why it is asked. */
  reason: string;
  /** A setting approves it at once. The action is still on record. */
  isApproved: boolean;
}

/** Actions: what a task asks of a person, and how the person resolves it. Each is a row in the database. */
export interface PendingActions {
  /** Creates the action. The task waits from then on, unless the action is approved at once. */
  ask(request: ApprovalRequest): Promise<Action>;
  /** The action once it is resolved. Rejects with the signal's reason when the signal is aborted first. */
  wait(action: Action, signal: AbortSignal): Promise<Action>;
  /** Resolves a pending action. The task goes on after the commit. Undefined when the action was resolved before. */
  resolve(action: Action, resolution: Resolution): Action | undefined;
  /** Resolves as expired every action that nobody resolved in time. Expiry never runs anything. */
  expireOverdue(): void;
}

export function createPendingActions(
  runtime: ActionsContext["runtime"],
  journal: ActionsContext["journal"],
): PendingActions {
  const context: ActionsContext = { runtime, journal, waiting: new Map() };
  return {
    ask: (request) => askPerson(context, request),
    wait: (action, signal) => waitForResolution(context, action, signal),
    resolve: (action, resolution) => resolveAction(context, action, resolution),
    expireOverdue: () => expireOverdue(context),
  };
}

interface ActionsContext {
  runtime: Pick<Runtime, "clock" | "git" | "limits" | "newId" | "reportFault" | "storage"> & TaskMasks;
  journal: Pick<Journal, "announce" | "changeTask">;
  /** By action: tells the loop that waits in this run of the server. */
  waiting: Map<string, (resolved: Action) => void>;
}

async function askPerson(context: ActionsContext, request: ApprovalRequest): Promise<Action> {
  const { task, isApproved } = request;
  const { journal, runtime } = context;
  const { actions, tasks } = runtime.storage;
  const action = newAction(runtime, request, await previewCall(runtime, request));
  return journal.changeTask({ taskId: task.id, boundary: "action.ask" }, () => {
    actions.create(action);
    const created = requireFound(actions.get(action.id), "action", action.id);
    if (!isApproved) tasks.update(task.id, { state: "waiting" });
    const required = { type: "action.required" as const, taskId: task.id, data: { action: created } };
    journal.announce(task, [required], isApproved ? undefined : waitingFor[action.type]);
    if (!isApproved) return created;
    const resolvedAt = timestamp(runtime.clock.now());
    return (
      resolveAction(context, created, {
        state: "approved",
        resolvedBy: "policy",
        resolvedAt,
        scope: "once",
      }) ?? created
    );
  });
}

async function waitForResolution(
  { runtime, waiting }: ActionsContext,
  { id }: Action,
  signal: AbortSignal,
): Promise<Action> {
  signal.throwIfAborted();
  const current = requireFound(runtime.storage.actions.get(id), "action", id);
  if (current.state !== "pending") return current;
  return abortable(signal, ({ resolve }) => {
    waiting.set(id, resolve);
    return () => waiting.delete(id);
  });
}

/** Only one caller finds the action pending and writes the resolution (compare-and-set). */
function resolveAction(
  { runtime: { storage }, journal, waiting }: ActionsContext,
  { id, sessionId, taskId }: Action,
  resolution: Resolution,
): Action | undefined {
  const { actions, tasks } = storage;
  return storage.atomically("action.resolve", () => {
    if (!actions.resolve(id, resolution)) return undefined;
    const resolved = requireFound(actions.outline(id), "action", id);
    const task = requireFound(tasks.outline(taskId), "task", taskId);
    const isLast =
      resolved.type !== "host" && !isWaiting(actions.pending(sessionId, { limit: 1000 }), taskId);
    if (isLast && task.state === "waiting") tasks.update(taskId, { state: "running" });
    journal.announce(
      task,
      [{ type: "action.resolved", taskId, data: { action: resolved } }],
      isLast ? "Working" : undefined,
    );
    storage.afterCommit(() => waiting.get(id)?.(resolved));
    return resolved;
  });
}

/** Whether the task waits for one of the actions. It never waits for a host. */
function isWaiting(pending: readonly Action[], taskId: string): boolean {
  return pending.some((action) => action.taskId === taskId && action.type !== "host");
}

function expireOverdue(context: ActionsContext): void {
  const { storage, clock, reportFault } = context.runtime;
  const now = () => timestamp(clock.now());
  for (const action of storage.actions.overdue(now())) {
    try {
      resolveAction(context, action, { state: "expired", resolvedBy: "expiry", resolvedAt: now() });
    } catch (error) {
      // The others expire all the same.
      reportFault(`Action ${action.id} could not expire; it is tried again`, error);
    }
  }
}
