import { createHash } from "node:crypto";
import type { Action } from "../../action.ts";
import { requireFound } from "../../errors.ts";
import { abortable, timestamp } from "../../ports/clock.ts";
import type { HostTarget } from "../../ports/network.ts";
import type { Journal } from "../journal/journal.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { RunningCommand } from "./running-commands.ts";

/** Questions about hosts that may be pending for one task. A command that tries further hosts is refused. */
export const pendingHostsMax = 20;

export interface HostQuestionsContext {
  runtime: Pick<Runtime, "clock" | "limits" | "newId" | "storage">;
  journal: Pick<Journal, "announce" | "changeTask">;
}

/**
 * The question about a host, which is asked once for each task while it is pending. A rejection holds for the task.
 * Undefined when too many others are pending. Throws TaskEndedError.
 */
export function askAboutHost(
  context: HostQuestionsContext,
  command: RunningCommand,
  target: HostTarget,
): Action | undefined {
  const found = earlierQuestion(context, command, target);
  return found ?? createQuestion(context, command, target);
}

function earlierQuestion(
  { runtime: { storage } }: HostQuestionsContext,
  { taskId }: RunningCommand,
  { host, port }: HostTarget,
): Action | undefined {
  return storage.actions
    .hostsOf(taskId)
    .filter(({ input }) => input["host"] === host && input["port"] === port)
    .findLast(({ state }) => state === "pending" || state === "rejected");
}

/** The task does not wait for the answer, so its state stays as it is. */
function createQuestion(
  context: HostQuestionsContext,
  command: RunningCommand,
  target: HostTarget,
): Action | undefined {
  const { runtime, journal } = context;
  const { actions } = runtime.storage;
  const { taskId } = command;
  return journal.changeTask({ taskId, boundary: "host.ask" }, (task) => {
    const pending = actions.hostsOf(taskId).filter(({ state }) => state === "pending");
    if (pending.length >= pendingHostsMax) return undefined;
    const id = runtime.newId("act");
    actions.create({ id, ...questionAbout(runtime, command, target) });
    const action = requireFound(actions.get(id), "action", id);
    journal.announce(task, [{ type: "action.required", taskId, data: { action } }]);
    return action;
  });
}

function questionAbout(
  { clock, limits }: HostQuestionsContext["runtime"],
  { sessionId, taskId, toolCallId, toolName, workspaceId }: RunningCommand,
  { host, port }: HostTarget,
) {
  const now = clock.now();
  return {
    ...{ sessionId, taskId, toolCallId, toolName },
    type: "host" as const,
    input: { host, port },
    preview: null,
    digest: createHash("sha256")
      .update(JSON.stringify(["host", host, port, workspaceId]))
      .digest("hex"),
    revision: workspaceId,
    reason: `A command wants to reach ${host}. Allow it for this workspace?`,
    expiresAt: timestamp(now + limits.actionTimeoutMs),
    createdAt: timestamp(now),
  };
}

/** Resolves when the action is decided, or not needed any more. Rejects when the signal is aborted first. */
export function untilResolved(
  { storage }: Pick<Runtime, "storage">,
  { id, sessionId }: Action,
  signal: AbortSignal,
): Promise<void> {
  return abortable<void>(signal, ({ resolve }) =>
    storage.events.onCommitted((changedSessionId, events) => {
      if (changedSessionId !== sessionId) return;
      if (events.some((event) => event.type === "action.resolved" && event.data.action.id === id)) resolve();
    }),
  );
}
