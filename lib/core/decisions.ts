import { createHash } from "node:crypto";
import type { Action, NewAction, Resolution } from "../action.ts";
import { timestamp } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { PermissionRule } from "../settings.ts";
import { mergeSettings } from "../settings.ts";
import type { Task } from "../task.ts";
import type { Preview, Tool, ToolCall } from "../tool.ts";
import type { WorkspaceHost } from "../workspace.ts";
import { mismatch, resolutionOf } from "./answers.ts";
import type { DecisionRequest } from "./answers.ts";
import type { Journal } from "./journal.ts";
import { existing } from "./ledger.ts";
import { exactly } from "./pattern.ts";
import type { Runtime } from "./runtime.ts";

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
  const { storage, clock, newId, limits, toolbox, hosts } = runtime;
  const { actions, tasks, sessions } = storage;
  const waiting = new Map<string, (action: Action) => void>();
  const now = () => timestamp(clock.now());

  /** Compare-and-set, told to everyone; the task goes on after the commit. */
  const resolve = (action: Action, resolution: Resolution): Action | undefined =>
    storage.atomically(() => {
      if (!actions.resolve(action.id, resolution)) return undefined;
      const resolved = existing(actions.get(action.id), "action", action.id);
      const task = existing(tasks.get(action.taskId), "task", action.taskId);
      const isLast = !actions
        .pending(action.sessionId, { limit: 1000 })
        .some((other) => other.taskId === task.id);
      if (isLast && task.state === "waiting") tasks.update(task.id, { state: "running" });
      journal.announce(
        task,
        [{ type: "action.resolved", taskId: task.id, data: { action: resolved } }],
        isLast ? "Working" : undefined,
      );
      storage.afterCommit(() => waiting.get(action.id)?.(resolved));
      return resolved;
    });

  return {
    ask: async (question: Question): Promise<Action> => {
      const { task, call, tool, input, host } = question;
      const shown = await show(tool, input, host);
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
        reason: question.reason,
        expiresAt: timestamp(clock.now() + limits.actionTimeoutMs),
        createdAt: now(),
      };
      return journal.live(task.id, () => {
        actions.create(action);
        const created = existing(actions.get(action.id), "action", action.id);
        if (!question.isApproved) tasks.update(task.id, { state: "waiting" });
        journal.announce(
          task,
          [{ type: "action.required", taskId: task.id, data: { action: created } }],
          waitingFor[action.type],
        );
        if (!question.isApproved) return created;
        return resolve(created, { state: "approved", resolvedBy: "policy", resolvedAt: now() }) ?? created;
      });
    },

    wait: (action: Action, signal: AbortSignal): Promise<Action> =>
      new Promise((settle, reject) => {
        signal.throwIfAborted();
        const current = existing(actions.get(action.id), "action", action.id);
        if (current.state !== "pending") return settle(current);
        const stop = () => {
          waiting.delete(action.id);
          signal.removeEventListener("abort", onAbort);
        };
        const onAbort = () => {
          stop();
          reject(signal.reason as Error);
        };
        signal.addEventListener("abort", onAbort, { once: true });
        waiting.set(action.id, (resolved) => {
          stop();
          settle(resolved);
        });
      }),

    digest: async (tool: Tool, input: Record<string, unknown>, host: WorkspaceHost): Promise<string> =>
      digestOf(tool, input, (await show(tool, input, host)).revision),

    decide: (sessionId: string, request: DecisionRequest): Action => {
      const action = existing(
        ofSession(actions.get(request.actionId), sessionId),
        "action",
        request.actionId,
      );
      const resolution = { ...resolutionOf(action, request, now()), ...changedInput(action, request) };
      if (request.type === "approve" && request.scope === "session") allowInSession(action);
      const resolved = resolve(action, resolution);
      if (resolved === undefined) {
        throw new AppError(
          "action-decided",
          `The action was ${existing(actions.get(action.id), "action", action.id).state} before.`,
        );
      }
      return resolved;
    },

    /** An approved plan ends plan mode for its task. */
    applyOutcome: (tool: Tool, taskId: string, decision: Action | null): void => {
      const isApproved = decision?.state === "approved" || decision?.state === "answered";
      if (tool.asks !== "plan" || !isApproved) return;
      journal.live(taskId, (task) =>
        tasks.update(taskId, { settings: { ...task.settings, planMode: false } }),
      );
    },

    /** Decisions nobody took in time; a time-out never executes anything. */
    expireOverdue: (): number => {
      const overdue = actions.overdue(now());
      for (const action of overdue)
        resolve(action, { state: "expired", resolvedBy: "expiry", resolvedAt: now() });
      return overdue.length;
    },
  };

  /** A person may change a command before it runs; an edit was shown as a diff and is taken or left. */
  function changedInput(action: Action, request: DecisionRequest): Pick<Resolution, "input" | "digest"> {
    if (request.type !== "approve" || request.input === undefined) return {};
    const tool = toolbox.get(action.toolName);
    if (tool === undefined || tool.preview !== undefined)
      throw mismatch("This input cannot be changed. Reject it and say what you want instead.");
    const parsed = toolbox.parse(tool.name, request.input);
    if ("problem" in parsed) {
      throw new AppError("invalid-request", parsed.problem, {
        errors: [{ pointer: "/input", detail: parsed.problem }],
      });
    }
    return { input: parsed.input, digest: digestOf(tool, parsed.input, "") };
  }

  function allowInSession(action: Action): void {
    const session = existing(sessions.get(action.sessionId), "session", action.sessionId);
    const tool = toolbox.get(action.toolName);
    if (tool === undefined) return;
    const rules = () => [
      ...(session.settings.permissions ?? []),
      sameAgain(tool, action.input, hosts.open(session.workspaceId)),
    ];
    const patch = tool.asks === "edit" ? { autoApproveEdits: true } : { permissions: rules() };
    sessions.update(session.id, { settings: mergeSettings(session.settings, patch) }, now());
  }
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

function ofSession(action: Action | undefined, sessionId: string): Action | undefined {
  return action?.sessionId === sessionId ? action : undefined;
}

async function show(tool: Tool, input: Record<string, unknown>, host: WorkspaceHost): Promise<Preview> {
  return (await tool.preview?.(input, host)) ?? { preview: null, revision: "" };
}

/** What an approval is bound to, as 64 hexadecimal digits. */
function digestOf(tool: Tool, input: Record<string, unknown>, revision: string): string {
  return createHash("sha256")
    .update(JSON.stringify([tool.name, input, revision]))
    .digest("hex");
}

/** The rule that lets the very same command, or the same site, pass. */
function sameAgain(tool: Tool, input: Record<string, unknown>, host: WorkspaceHost): PermissionRule {
  const subject = tool.subject(input, host);
  const pattern = tool.asks === "fetch" ? `${exactly(originOf(subject))}/*` : exactly(subject);
  return { tool: tool.name, pattern, decision: "allow" };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
