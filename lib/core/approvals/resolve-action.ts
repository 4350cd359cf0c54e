import type { Action, Resolution } from "../../action.ts";
import { AppError, requireFound } from "../../errors.ts";
import { timestamp } from "../../ports/clock.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { PermissionRule, Settings } from "../../settings.ts";
import { mergeSettings } from "../../settings.ts";
import type { Tool } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import { withHost } from "../workspaces/grants.ts";
import { updateWorkspace } from "../workspaces/update-workspace.ts";
import { callDigest } from "./call-digest.ts";
import { literalPattern } from "./pattern.ts";
import type { PendingActions } from "./pending-actions.ts";
import { actionMismatch, resolutionFrom } from "./resolution.ts";
import type { ResolveRequest } from "./resolution.ts";

export interface ResolveActionContext {
  runtime: Pick<Runtime, "clock" | "hosts" | "sandboxState" | "storage" | "toolbox">;
  pendingActions: Pick<PendingActions, "resolve">;
}

/** Resolves an action as a person asks. Throws not-found, action-decided, action-mismatch, invalid-request. */
export function resolveAction(
  context: ResolveActionContext,
  sessionId: string,
  request: ResolveRequest,
): Action {
  const { storage, clock } = context.runtime;
  const found = storage.actions.get(request.actionId);
  const isOfSession = found?.sessionId === sessionId;
  const action = requireFound(isOfSession ? found : undefined, "action", request.actionId);
  const resolution: Resolution = {
    ...resolutionFrom(action, request, timestamp(clock.now())),
    ...changedInput(context, action, request),
  };
  if (request.type === "approve" && request.scope === "session") {
    refuseWithoutSandbox(context, action);
    allowInSession(context, action, resolution.input ?? action.input);
  }
  if (request.type === "approve" && action.type === "host") grantHost(context, action);
  const resolved = context.pendingActions.resolve(action, resolution);
  if (resolved === undefined) throw new AppError("action-decided", "Somebody else decided it just now.");
  return resolved;
}

/** Grants the host of the action to the workspace. */
function grantHost({ runtime }: ResolveActionContext, { sessionId, input }: Action): void {
  const { sessions, workspaces } = runtime.storage;
  const { workspaceId } = requireFound(sessions.get(sessionId), "session", sessionId);
  const workspace = requireFound(workspaces.get(workspaceId), "workspace", workspaceId);
  const target = { host: String(input["host"]), port: Number(input["port"]) };
  updateWorkspace(runtime, workspaceId, { network: withHost(workspace, target) });
}

/** A person may change a command before it runs. An edit was shown as a diff, so it is approved or rejected as it is. */
function changedInput(
  { runtime: { storage, toolbox } }: ResolveActionContext,
  action: Action,
  request: ResolveRequest,
): Pick<Resolution, "input" | "digest"> {
  if (request.type !== "approve" || request.input === undefined) return {};
  const tool = toolbox.get(action.toolName);
  if (tool === undefined || tool.preview !== undefined) {
    throw actionMismatch("This input cannot be changed. Reject it and say what you want instead.");
  }
  const parsed = toolbox.parse(tool.name, request.input);
  if ("problem" in parsed) {
    const errors = [{ pointer: "/input", detail: parsed.problem }];
    throw new AppError("invalid-request", parsed.problem, { errors });
  }
  const digest = callDigest(tool, parsed.input, storage.actions.revision(action.id));
  return { input: parsed.input, digest };
}

/** Nothing but a decision on each command protects the host then. */
function refuseWithoutSandbox(
  { runtime: { toolbox, sandboxState } }: ResolveActionContext,
  action: Action,
): void {
  const isCommand = toolbox.get(action.toolName)?.asks === "command";
  if (isCommand && sandboxState() === "off")
    throw actionMismatch("The sandbox is off, so each command is approved for itself: use the scope `once`.");
}

/** From now on calls like the approved one are allowed in this session without asking. */
function allowInSession(
  { runtime: { storage, clock, toolbox, hosts } }: ResolveActionContext,
  action: Action,
  input: Record<string, unknown>,
): void {
  const session = requireFound(storage.sessions.get(action.sessionId), "session", action.sessionId);
  const tool = toolbox.get(action.toolName);
  if (tool === undefined) return;
  const patch = settingsAllowing(tool, input, hosts.open(session.workspaceId), session.settings);
  const settings = mergeSettings(session.settings, patch);
  storage.sessions.update(session.id, { settings }, timestamp(clock.now()));
}

/** The contract's bounds of `permissions` and of a pattern. */
const rulesMax = 200;
const patternCharactersMax = 1000;

function settingsAllowing(
  tool: Tool,
  input: Record<string, unknown>,
  host: WorkspaceHost,
  { permissions = [] }: Settings,
): Settings {
  if (tool.asks === "edit") return { autoApproveEdits: true };
  if (tool.asks === "plan") return { autoApprovePlan: true };
  const rule = ruleForSameCall(tool, tool.subject(input, host));
  if (rule.pattern.length > patternCharactersMax) return {};
  return { permissions: [...permissions.slice(-rulesMax + 1), rule] };
}

/** Allows exactly this command, or every page of this site. */
function ruleForSameCall(tool: Tool, subject: string): PermissionRule {
  const pattern = tool.asks === "fetch" ? `${literalPattern(originOf(subject))}/*` : literalPattern(subject);
  return { tool: tool.name, pattern, decision: "allow" };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
