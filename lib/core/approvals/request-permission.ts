import type { Action } from "../../action.ts";
import { requireFound } from "../../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ResolvedSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import { isUnchanged } from "./call-digest.ts";
import type { Permission, PreparedCall, PreviewContext } from "./call-digest.ts";
import type { PendingActions } from "./pending-actions.ts";
import { evaluatePolicy } from "./policy.ts";

export interface PermissionContext extends PreviewContext, Pick<Runtime, "sandboxState"> {
  /** Whether a person has granted the workspace this host of the network. */
  isHostGranted(workspaceId: string, host: string): boolean;
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
  const isApproved = decision === "allow";
  let asked = existing ?? (await pendingActions.ask({ ...prepared, reason, isApproved }));
  for (;;) {
    const answer = await permissionFrom(context, prepared, await pendingActions.wait(asked, signal));
    if (answer !== "outdated") return answer;
    asked = await pendingActions.ask({ ...prepared, reason: askedAgain, isApproved: false });
  }
}

const askedAgain = "The workspace changed after you were asked, so nothing was run and you are asked again.";

/** What a resolved action means for the call. `outdated`: it was approved, and what it could run is not as it was then. */
async function permissionFrom(
  context: PermissionContext,
  prepared: PreparedCall,
  action: Action,
): Promise<Permission | { refusal: string } | "outdated"> {
  const { tool } = prepared;
  const permission = { input: action.input, action };
  if (tool.asks === "plan" || tool.asks === "question") return permission;
  if (action.state !== "approved") return { refusal: refusalOf(action) };
  // While the action was pending, the input, a rule or plan mode may have changed.
  const { decision, reason } = policyFor(context, prepared, action.input);
  if (decision === "deny") return { refusal: reason };
  if (await isUnchanged(context, action, prepared)) return permission;
  if (tool.asks === "edit") return { refusal: outdatedEdit };
  return decision === "allow" ? permission : "outdated";
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

const outdatedEdit = "Not run: what it touches changed after it was asked about. Read it again and ask anew.";

function refusalOf(action: Action): string {
  if (action.state === "expired") return "Not run: nobody decided in time.";
  return `The user rejected this.${action.reason ? ` Reason: ${action.reason}` : ""}`;
}
