import type { NewAction } from "../../action.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Preview } from "../../tool.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { TaskMasks } from "../runtime/task-masks.ts";
import { callDigest, type PreparedCall } from "./call-digest.ts";

/** The action that asks about a call. */
export function newAction(
  { clock, limits, maskOf, newId }: Pick<Runtime, "clock" | "limits" | "newId"> & TaskMasks,
  { task, call, tool, input, reason }: PreparedCall & { reason: string },
  { preview, revision }: Preview,
): NewAction {
  return {
    id: newId("act"),
    sessionId: task.sessionId,
    taskId: task.id,
    type: tool.asks === "plan" || tool.asks === "question" ? tool.asks : "approval",
    toolCallId: call.toolCallId,
    toolName: tool.name,
    input,
    preview: preview === null ? null : maskOf(task).text(preview),
    digest: callDigest(tool, input, revision),
    revision,
    reason,
    expiresAt: timestamp(clock.now() + limits.actionTimeoutMs),
    createdAt: timestamp(clock.now()),
  };
}

/** For people, while the task waits. It does not wait for a host. */
export const waitingFor = {
  host: undefined,
  approval: "Waiting for your approval",
  plan: "Waiting for your word on the plan",
  question: "Waiting for your answer",
} as const;
