import type { PermissionRule, ResolvedSettings } from "../../settings.ts";
import type { Tool } from "../../tool.ts";
import { isLiteral, matchesPattern } from "./pattern.ts";
import { runsAnotherCommand, splitCommand, bareCommand } from "./shell-command.ts";

export interface PolicyResult {
  decision: "allow" | "ask" | "deny";
  /** For a person or the model: why. */
  reason: string;
}

/**
 * Decides whether a tool call may run. In this order: a matching `deny` rule anywhere; plan mode; the first rule that
 * matches; what the tool asks for by nature. Rules only decide whether a person is asked. They do not limit what an
 * allowed command can do on the host. `subject` is the text that patterns are matched against.
 */
export function evaluatePolicy(tool: Tool, subject: string, settings: ResolvedSettings): PolicyResult {
  const rules = settings.permissions.filter((rule) => rule.tool === "*" || rule.tool === tool.name);
  const denying = rules.filter((rule) => rule.decision === "deny");
  const texts = denying.length > 0 ? textsToDeny(tool, subject) : [];
  const denied = denying.find((rule) => texts.some((text) => matchesPattern(rule.pattern, text)));
  if (denied) return { decision: "deny", reason: `A rule forbids it: ${denied.tool} ${denied.pattern}` };
  if (settings.planMode && changesThings(tool)) {
    return {
      decision: "deny",
      reason: "Plan mode is on: present a plan with exitPlanMode and wait for its approval.",
    };
  }
  if (tool.asks === "plan") return decideByPlanSetting(settings);
  if (tool.asks === "question") return { decision: "ask", reason: "The agent has questions." };
  return decideByRules(rules, tool, subject) ?? decideByNature(rules, tool, subject, settings);
}

function changesThings(tool: Tool): boolean {
  return tool.asks === "edit" || tool.asks === "command";
}

function decideByPlanSetting(settings: ResolvedSettings): PolicyResult {
  return settings.autoApprovePlan
    ? { decision: "allow", reason: "Plans are approved by a setting." }
    : { decision: "ask", reason: "The agent presents a plan." };
}

/** The texts that a deny rule is matched against: the whole command, each simple command in it, and each without its disguise. */
function textsToDeny(tool: Tool, subject: string): string[] {
  if (tool.asks !== "command") return [subject];
  const { parts } = splitCommand(subject);
  return [...new Set([subject, ...parts, ...parts.map(bareCommand)])];
}

function decideByRules(
  rules: readonly PermissionRule[],
  tool: Tool,
  subject: string,
): PolicyResult | undefined {
  if (tool.asks !== "command") return resultOf(rules.find((rule) => matchesPattern(rule.pattern, subject)));
  const { parts, isOpaque } = splitCommand(subject);
  const isUnclear = mayHideDenied(rules, subject);
  const exact = () => rules.find((rule) => isExact(rule, subject) || (rule.pattern === "*" && !isUnclear));
  const matching = parts.map((part) => rules.find((rule) => appliesTo(rule, part)));
  if (matching.some((rule) => rule?.decision === "ask"))
    return { decision: "ask", reason: "A rule asks for it." };
  if (isOpaque || isUnclear) return resultOf(exact());
  if (parts.length > 0 && matching.every((rule) => rule?.decision === "allow")) return resultOf(matching[0]);
  return resultOf(exact());
}

/** An `allow` rule must match the command as it is written. An `ask` rule also matches it without its disguise. */
function appliesTo(rule: PermissionRule, part: string): boolean {
  if (matchesPattern(rule.pattern, part)) return true;
  return rule.decision !== "allow" && matchesPattern(rule.pattern, bareCommand(part));
}

/** Whether the rule names exactly this text. Such a rule decides even when the parts of the command are not known. */
function isExact(rule: PermissionRule, subject: string): boolean {
  return isLiteral(rule.pattern) && matchesPattern(rule.pattern, subject);
}

function resultOf(rule: PermissionRule | undefined): PolicyResult | undefined {
  if (rule === undefined) return undefined;
  return rule.decision === "allow"
    ? { decision: "allow", reason: `A rule allows it: ${rule.tool} ${rule.pattern}` }
    : { decision: "ask", reason: `A rule asks for it: ${rule.tool} ${rule.pattern}` };
}

function decideByNature(
  rules: readonly PermissionRule[],
  tool: Tool,
  subject: string,
  settings: ResolvedSettings,
): PolicyResult {
  if (tool.asks === "never") return { decision: "allow", reason: "It only reads." };
  if (tool.asks === "edit" && settings.autoApproveEdits)
    return { decision: "allow", reason: "Edits are approved by a setting." };
  if (tool.asks === "command" && settings.autoApproveCommands && !mayHideDenied(rules, subject)) {
    return { decision: "allow", reason: "Commands are approved by a setting." };
  }
  return { decision: "ask", reason: reasons[tool.asks] };
}

/** Whether a command may contain something that a rule forbids and that its text does not show. Such a command is asked about. */
function mayHideDenied(rules: readonly PermissionRule[], subject: string): boolean {
  if (!rules.some((rule) => rule.decision === "deny")) return false;
  const { parts, isOpaque } = splitCommand(subject);
  return isOpaque || parts.some(runsAnotherCommand);
}

const reasons = {
  edit: "It changes a file.",
  command: "It runs a command.",
  fetch: "It sends a request to the network.",
  plan: "The agent presents a plan.",
  question: "The agent has questions.",
} as const;
