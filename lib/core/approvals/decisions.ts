import type { Action, NewAction, Resolution } from "../../action.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Task } from "../../task.ts";
import type { Tool, ToolCall } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import { digestOf, show } from "./digest.ts";
import type { Journal } from "../journal/journal.ts";
import { existing } from "../journal/ledger.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { createWaiters } from "./waiters.ts";

export interface Question {
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
export function createDecisions(runtime: Runtime, journal: Journal) {
  const { storage, clock, newId, limits } = runtime;
  const { actions, tasks, sessions } = storage;
  const waiters = createWaiters();
  const now = () => timestamp(clock.now());

  const present = (task: Task, host: WorkspaceHost) => {
    const { workspaceId } = existing(sessions.get(task.sessionId), "session", task.sessionId);
    return { host, head: () => runtime.git.head(workspaceId) };
  };

  /** Compare-and-set, told to everyone; the task goes on after the commit. */
  const resolve = (action: Action, resolution: Resolution): Action | undefined =>
    storage.atomically("action.expire", () => {
      if (!actions.resolve(action.id, resolution)) return undefined;
      const resolved = existing(actions.outline(action.id), "action", action.id);
      const task = existing(tasks.outline(action.taskId), "task", action.taskId);
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
    ask: async (question: Question): Promise<Action> => {
      const { task, call, tool, input, host } = question;
      const shown = await show(tool, input, present(task, host));
      const action: NewAction = {
        id: newId("act"),
        sessionId: task.sessionId,
        taskId: task.id,
        type: typeOf(tool),
        toolCallId: call.toolCallId,
        toolName: tool.name,
        input,
        preview: shown.preview,
        digest: digestOf(tool, input, shown.revision),
        revision: shown.revision,
        reason: question.reason,
        expiresAt: timestamp(clock.now() + limits.actionTimeoutMs),
        createdAt: now(),
      };
      return journal.live({ taskId: task.id, as: "action.ask" }, () => {
        actions.create(action);
        const created = existing(actions.get(action.id), "action", action.id);
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
      const current = existing(actions.get(action.id), "action", action.id);
      return current.state === "pending" ? waiters.wait(action.id, signal) : current;
    },

    /** Whether a call is still what was approved, in a workspace that is still as it was. */
    holds: async (
      decided: Action,
      { task, tool, host }: Pick<Question, "task" | "tool" | "host">,
    ): Promise<boolean> => {
      const { revision } = await show(tool, decided.input, present(task, host));
      return digestOf(tool, decided.input, revision) === decided.digest;
    },

    resolve,

    /** An approved plan ends plan mode for its task. */
    applyOutcome: (tool: Tool, taskId: string, decision: Action | null): void => {
      const isApproved = decision?.state === "approved" || decision?.state === "answered";
      if (tool.asks !== "plan" || !isApproved) return;
      journal.live({ taskId, as: "call.finish" }, (task) => {
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

export type Decisions = ReturnType<typeof createDecisions>;

const waitingFor = {
  approval: "Waiting for your approval",
  plan: "Waiting for your word on the plan",
  question: "Waiting for your answer",
} as const;

function typeOf(tool: Tool): Action["type"] {
  if (tool.asks === "plan" || tool.asks === "question") return tool.asks;
  return "approval";
}
