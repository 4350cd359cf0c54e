import type { Action } from "../../action.ts";
import { requireFound } from "../../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ResolvedSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import { isUnchanged } from "./call-digest.ts";
import type { Permission, PreparedCall, PreviewContext } from "./call-digest.ts";
import type { PendingActions } from "./pending-actions.ts";
import { evaluatePolicy } from "./policy.ts";

export interface PermissionContext extends PreviewContext, Pick<Runtime, "sandboxState" | "isHostGranted"> {
  settingsOf(task: Task): ResolvedSettings;
  storage: Pick<Runtime["storage"], "actions" | "sessions">;
  pendingActions: Pick<PendingActions, "ask" | "wait">;
}

/**
 * Allows or refuses a call. Where the policy says so, it asks a person and waits. An action that an earlier run of the
 * server created for the call is used again.
 */
export async function requestPermission(
  context: PermissionContext,
  prepared: PreparedCall,
  signal: AbortSignal,
): Promise<Permission | { refusal: string }> {
  const { call, tool, input, task } = prepared;
  const { decision, reason } = policyFor(context, prepared, input);
  const existing = context.storage.actions.ofCall(task.id, call.toolCallId);
  if (existing === undefined) {
    if (decision === "deny") return { refusal: reason };
    if (decision === "allow" && tool.asks !== "plan") return { input, action: null };
  }
  const { pendingActions } = context;
  const asked =
    existing ?? (await pendingActions.ask({ ...prepared, reason, isApproved: decision === "allow" }));
  return permissionFrom(context, prepared, await pendingActions.wait(asked, signal));
}

/** What a resolved action means for the call. */
async function permissionFrom(
  context: PermissionContext,
  prepared: PreparedCall,
  action: Action,
): Promise<Permission | { refusal: string }> {
  const { tool } = prepared;
  const permission = { input: action.input, action };
  if (tool.asks === "plan" || tool.asks === "question") return permission;
  if (action.state !== "approved") return { refusal: refusalOf(action) };
  // While the action was pending, the input, a rule or plan mode may have changed.
  const { decision, reason } = policyFor(context, prepared, action.input);
  if (decision === "deny") return { refusal: reason };
  if (await isUnchanged(context, action, prepared)) return permission;
  return { refusal: outdated[tool.asks === "edit" ? "file" : "workspace"] };
}

function policyFor(
  { settingsOf, sandboxState, isHostGranted, storage }: PermissionContext,
  { tool, task, host }: PreparedCall,
  input: Record<string, unknown>,
) {
  const { workspaceId } = requireFound(storage.sessions.get(task.sessionId), "session", task.sessionId);
  return evaluatePolicy({
    tool,
    subject: tool.subject(input, host),
    settings: settingsOf(task),
    sandbox: sandboxState(),
    isHostGranted: (name) => isHostGranted(workspaceId, name),
  });
}

const outdated = {
  file: "Not run: what it touches changed after it was asked about. Read it again and ask anew.",
  workspace:
    "Not run: the workspace is at another commit than when it was asked about. Look again, then ask anew.",
};

function refusalOf(action: Action): string {
  if (action.state === "expired") return "Not run: nobody decided in time.";
  return `The user rejected this.${action.reason ? ` Reason: ${action.reason}` : ""}`;
}
