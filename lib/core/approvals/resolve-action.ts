import type { Action, Resolution } from "../../action.ts";
import { timestamp } from "../../ports/clock.ts";
import { AppError } from "../../errors.ts";
import type { PermissionRule, Settings } from "../../settings.ts";
import { mergeSettings } from "../../settings.ts";
import type { Tool } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import { actionMismatch, resolutionFrom } from "./resolution.ts";
import type { ResolveRequest } from "./resolution.ts";
import type { PendingActions } from "./pending-actions.ts";
import { callDigest } from "./call-digest.ts";
import { requireFound } from "../journal/task-records.ts";
import { literalPattern } from "./pattern.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Takes the decision of a person. Throws not-found, action-decided, action-mismatch, invalid-request. */
export type ResolveAction = (sessionId: string, request: ResolveRequest) => Action;

export function createResolveAction(
  runtime: Runtime,
  decisions: Pick<PendingActions, "resolve">,
): ResolveAction {
  const { storage, clock, toolbox, hosts } = runtime;
  const { actions, sessions } = storage;
  const now = () => timestamp(clock.now());

  /** A person may change a command before it runs; an edit was shown as a diff and is taken or left. */
  const changedInput = (action: Action, request: ResolveRequest): Pick<Resolution, "input" | "digest"> => {
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
    return { input: parsed.input, digest: callDigest(tool, parsed.input, actions.revision(action.id)) };
  };

  /** The same kind of call as the one that was approved is not asked again in this session. */
  const allowInSession = (action: Action, input: Record<string, unknown>): void => {
    const session = requireFound(sessions.get(action.sessionId), "session", action.sessionId);
    const tool = toolbox.get(action.toolName);
    if (tool === undefined) return;
    const patch = settingsAllowing(tool, input, hosts.open(session.workspaceId), session.settings);
    sessions.update(session.id, { settings: mergeSettings(session.settings, patch) }, now());
  };

  return (sessionId, request) => {
    const found = actions.get(request.actionId);
    const action = requireFound(
      found?.sessionId === sessionId ? found : undefined,
      "action",
      request.actionId,
    );
    const resolution: Resolution = {
      ...resolutionFrom(action, request, now()),
      ...changedInput(action, request),
    };
    if (request.type === "approve" && request.scope === "session")
      allowInSession(action, resolution.input ?? action.input);
    const resolved = decisions.resolve(action, resolution);
    if (resolved === undefined) throw new AppError("action-decided", "Somebody else decided it just now.");
    return resolved;
  };
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

/** The rule that lets the very same command, or the same site, pass. */
function ruleForSameCall(tool: Tool, subject: string): PermissionRule {
  const pattern = tool.asks === "fetch" ? `${literalPattern(originOf(subject))}/*` : literalPattern(subject);
  return { tool: tool.name, pattern, decision: "allow" };
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
