import type { Action } from "../../action.ts";
import type { Task } from "../../task.ts";
import type { Tool, ToolCall } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import type { Kit } from "./kit.ts";
import { evaluatePolicy } from "../approvals/policy.ts";

/** Where a tool call is answered. */
export interface ToolCallContext {
  task: Task;
  host: WorkspaceHost;
  kit: Kit;
  signal: AbortSignal;
}

/** What a tool is run with. */
export interface PermittedCall {
  input: Record<string, unknown>;
  decision: Action | null;
}

/** Allowed, refused, or asked and waited for. What was decided in another run of the server still holds. */
export async function requestPermission(
  call: ToolCall,
  tool: Tool,
  input: Record<string, unknown>,
  { task, host, kit, signal }: ToolCallContext,
): Promise<PermittedCall | { refusal: string }> {
  const verdict = evaluatePolicy(tool, tool.subject(input, host), kit.resolve(task));
  const asked = kit.storage.actions.ofCall(task.id, call.toolCallId);
  if (asked === undefined) {
    if (verdict.decision === "deny") return { refusal: verdict.reason };
    if (verdict.decision === "allow" && tool.asks !== "plan") return { input, decision: null };
  }
  const action =
    asked ??
    (await kit.decisions.ask({
      task,
      call,
      tool,
      input,
      host,
      reason: verdict.reason,
      isApproved: verdict.decision === "allow",
    }));
  const decided = await kit.decisions.wait(action, signal);
  if (tool.asks === "plan" || tool.asks === "question") return { input: decided.input, decision: decided };
  if (decided.state !== "approved") return { refusal: refusalOf(decided) };
  // The input may have been changed, and rules or plan mode meanwhile: what is forbidden stays so.
  const now = evaluatePolicy(tool, tool.subject(decided.input, host), kit.resolve(task));
  if (now.decision === "deny") return { refusal: now.reason };
  return (await kit.decisions.holds(decided, { task, tool, host }))
    ? { input: decided.input, decision: decided }
    : { refusal: outdated[tool.asks === "edit" ? "file" : "workspace"] };
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
