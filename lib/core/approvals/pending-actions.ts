import type { Action, NewAction, Resolution } from "../../action.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Task } from "../../task.ts";
import type { Tool, ToolCall } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import { callDigest, previewCall } from "./call-digest.ts";
import type { Journal } from "../journal/journal.ts";
import { requireFound } from "../journal/task-records.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { createActionWaiters } from "./action-waiters.ts";

export interface ApprovalRequest {
  task: Task;
  call: ToolCall;
  tool: Tool;
  input: Record<string, unknown>;
  host: WorkspaceHost;
  /** Why it is asked, for the person. */
  reason: string;
  /** A setting decides at once; the decision is still on record. */
  isApproved: boolean;
}

/** Decisions that tasks wait for: rows in the database, and in memory only who waits for them. */
export function createPendingActions(runtime: Runtime, journal: Journal) {
  const { storage, clock, newId, limits } = runtime;
  const { actions, tasks, sessions } = storage;
  const waiters = createActionWaiters();
  const now = () => timestamp(clock.now());

  const present = (task: Task, host: WorkspaceHost) => {
    const { workspaceId } = requireFound(sessions.get(task.sessionId), "session", task.sessionId);
    return { host, head: () => runtime.git.head(workspaceId) };
  };

  /** Compare-and-set, told to everyone; the task goes on after the commit. */
  const resolve = (action: Action, resolution: Resolution): Action | undefined =>
    storage.atomically("action.resolve", () => {
      if (!actions.resolve(action.id, resolution)) return undefined;
      const resolved = requireFound(actions.outline(action.id), "action", action.id);
      const task = requireFound(tasks.outline(action.taskId), "task", action.taskId);
      const isLast = !actions
        .pending(action.sessionId, { limit: 1000 })
        .some((other) => other.taskId === task.id);
      if (isLast && task.state === "waiting") tasks.update(task.id, { state: "running" });
      journal.announce(
        task,
        [{ type: "action.resolved", taskId: task.id, data: { action: resolved } }],
        isLast ? "Working" : undefined,
      );
      storage.afterCommit(() => waiters.tell(resolved));
      return resolved;
    });

  return {
    ask: async (question: ApprovalRequest): Promise<Action> => {
      const { task, call, tool, input, host } = question;
      const shown = await previewCall(tool, input, present(task, host));
      const action: NewAction = {
        id: newId("act"),
        sessionId: task.sessionId,
        taskId: task.id,
        type: typeOf(tool),
        toolCallId: call.toolCallId,
        toolName: tool.name,
        input,
        preview: shown.preview,
        digest: callDigest(tool, input, shown.revision),
        revision: shown.revision,
        reason: question.reason,
        expiresAt: timestamp(clock.now() + limits.actionTimeoutMs),
        createdAt: now(),
      };
      return journal.live({ taskId: task.id, as: "action.ask" }, () => {
        actions.create(action);
        const created = requireFound(actions.get(action.id), "action", action.id);
        if (!question.isApproved) tasks.update(task.id, { state: "waiting" });
        const told = [{ type: "action.required" as const, taskId: task.id, data: { action: created } }];
        journal.announce(task, told, question.isApproved ? undefined : waitingFor[action.type]);
        if (!question.isApproved) return created;
        return (
          resolve(created, { state: "approved", resolvedBy: "policy", resolvedAt: now(), scope: "once" }) ??
          created
        );
      });
    },

    wait: async (action: Action, signal: AbortSignal): Promise<Action> => {
      signal.throwIfAborted();
      const current = requireFound(actions.get(action.id), "action", action.id);
      return current.state === "pending" ? waiters.wait(action.id, signal) : current;
    },

    /** Whether a call is still what was approved, in a workspace that is still as it was. */
    holds: async (
      decided: Action,
      { task, tool, host }: Pick<ApprovalRequest, "task" | "tool" | "host">,
    ): Promise<boolean> => {
      const { revision } = await previewCall(tool, decided.input, present(task, host));
      return callDigest(tool, decided.input, revision) === decided.digest;
    },

    resolve,

    /** An approved plan ends plan mode for its task. */
    applyOutcome: (tool: Tool, taskId: string, decision: Action | null): void => {
      const isApproved = decision?.state === "approved" || decision?.state === "answered";
      if (tool.asks !== "plan" || !isApproved) return;
      journal.live({ taskId, as: "call.record-outcome" }, (task) => {
        tasks.update(taskId, { settings: { ...task.settings, planMode: false } });
        journal.announce(task, []);
      });
    },

    /** Decisions nobody took in time; a time-out never executes anything. */
    expireOverdue: (): void => {
      const overdue = actions.overdue(now());
      for (const action of overdue) {
        try {
          resolve(action, { state: "expired", resolvedBy: "expiry", resolvedAt: now() });
        } catch (error) {
          runtime.reportFault(`Action ${action.id} could not expire; it is tried again`, error); // The others can.
        }
      }
    },
  };
}

export type PendingActions = ReturnType<typeof createPendingActions>;

const waitingFor = {
  approval: "Waiting for your approval",
  plan: "Waiting for your word on the plan",
  question: "Waiting for your answer",
} as const;

function typeOf(tool: Tool): Action["type"] {
  if (tool.asks === "plan" || tool.asks === "question") return tool.asks;
  return "approval";
}
