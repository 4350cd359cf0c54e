import type { PermissionMode, ResolvedSettings } from "../../settings.ts";
import type { Tool } from "../../tool.ts";
import type { SandboxState } from "../runtime/runtime.ts";
import { outwardEffect } from "./commands/outward-effects.ts";
import { permissionModeOf } from "./permission-mode.ts";
import type { CompiledRule, RuleTarget } from "./rules.ts";
import { decidingRule, denyingRule, mayHideDenied, rulesFor, targetOf } from "./rules.ts";

export interface PolicyResult {
  decision: "allow" | "ask" | "deny";
  /** For a person or the model: why. */
  reason: string;
}

export interface PolicyQuestion {
  tool: Tool;
  /** The text that patterns are compared with. */
  subject: string;
  settings: ResolvedSettings;
  sandbox: SandboxState;
  /** Whether a person has granted the workspace this host of the network. */
  isHostGranted(host: string): boolean;
}

/**
 * Decides whether a tool call may run. In this order: a matching `deny` rule anywhere; plan mode and `read-only`; the
 * state of the sandbox; `full`; the first rule that matches; what the mode says of the tool. Rules only decide whether a
 * person is asked. What an allowed command can do is the matter of the sandbox.
 */
export function evaluatePolicy(question: PolicyQuestion): PolicyResult {
  const { tool, subject, settings } = question;
  const rules = rulesFor(tool, settings.permissions);
  const target = targetOf(tool, subject);
  const denied = denyingRule(rules, target);
  if (denied) return deny(`A rule forbids it: ${denied.tool} ${denied.pattern}`);
  const mode = permissionModeOf(settings, question.sandbox);
  return (
    refuseChange(tool, settings, mode) ??
    decideConversation(tool, settings) ??
    decideWithoutSandbox(question) ??
    decideFull(mode, rules, target) ??
    resultOf(decidingRule(rules, target), target) ??
    decideByMode(mode, question, { rules, target })
  );
}

const allow = (reason: string): PolicyResult => ({ decision: "allow", reason });
const ask = (reason: string): PolicyResult => ({ decision: "ask", reason });
const deny = (reason: string): PolicyResult => ({ decision: "deny", reason });

function refuseChange(
  tool: Tool,
  settings: ResolvedSettings,
  mode: PermissionMode,
): PolicyResult | undefined {
  if (tool.asks !== "edit" && tool.asks !== "command") return undefined;
  if (settings.planMode)
    return deny("Plan mode is on: present a plan with exitPlanMode and wait for its approval.");
  if (mode !== "read-only") return undefined;
  return deny(
    "The permission mode is read-only, so nothing may be changed and no command may run. " +
      "The user can change it: `talkcody mode ask`, or `permissionMode` in the settings of the session.",
  );
}

/** Plans and questions are for a person in every mode. */
function decideConversation(tool: Tool, settings: ResolvedSettings): PolicyResult | undefined {
  if (tool.asks === "question") return ask("The agent has questions.");
  if (tool.asks !== "plan") return undefined;
  return settings.autoApprovePlan
    ? allow("Plans are approved by a setting.")
    : ask("The agent presents a plan.");
}

function decideWithoutSandbox({ tool, sandbox }: PolicyQuestion): PolicyResult | undefined {
  if (tool.asks !== "command" || sandbox === "on") return undefined;
  return sandbox === "off"
    ? ask("It runs a command, and the sandbox is off: nothing protects this machine but your decision.")
    : allow("Commands cannot run, because the sandbox does not work on this host.");
}

function decideFull(
  mode: PermissionMode,
  rules: readonly CompiledRule[],
  target: RuleTarget,
): PolicyResult | undefined {
  if (mode !== "full") return undefined;
  return mayHideDenied(rules, target) ? ask(hidden) : allow("The permission mode is full.");
}

const hidden = "Its text does not show whether it runs something that a rule forbids.";
const tooLong = "It has more commands than are checked one by one.";

function resultOf(rule: CompiledRule | undefined, { command }: RuleTarget): PolicyResult | undefined {
  if (rule === undefined) return undefined;
  if (command?.isTooLong) return ask(tooLong);
  return rule.decision === "allow"
    ? allow(`A rule allows it: ${rule.tool} ${rule.pattern}`)
    : ask(`A rule asks for it: ${rule.tool} ${rule.pattern}`);
}

interface Known {
  rules: readonly CompiledRule[];
  target: RuleTarget;
}

function decideByMode(mode: PermissionMode, question: PolicyQuestion, known: Known): PolicyResult {
  const { tool, settings, subject } = question;
  switch (tool.asks) {
    case "edit":
      if (mode === "sandboxed") return allow("Edits stay inside the workspace.");
      return settings.autoApproveEdits
        ? allow("Edits are approved by a setting.")
        : ask("It changes a file.");
    case "command":
      return decideCommand(mode, settings, known);
    case "fetch":
      return decideFetch(mode, subject, question);
    default:
      return allow("It only reads.");
  }
}

function decideCommand(
  mode: PermissionMode,
  settings: ResolvedSettings,
  { rules, target }: Known,
): PolicyResult {
  const mayRun = mode === "sandboxed" || settings.autoApproveCommands;
  if (!mayRun) return ask("It runs a command.");
  if (mayHideDenied(rules, target)) return ask(hidden);
  if (settings.autoApproveCommands) return allow("Commands are approved by a setting.");
  if (target.command?.isTooLong) return ask(tooLong);
  const effect = target.command && outwardEffect(target.command);
  if (effect !== undefined) return ask(`It may reach others, outside of the sandbox: ${effect}`);
  return allow("It runs inside the sandbox.");
}

function decideFetch(
  mode: PermissionMode,
  url: string,
  { isHostGranted }: Pick<PolicyQuestion, "isHostGranted">,
): PolicyResult {
  const host = URL.parse(url)?.hostname ?? "";
  if (mode !== "ask" && host !== "" && isHostGranted(host))
    return allow(`${host} is granted to this workspace.`);
  return ask("It sends a request to the network.");
}
