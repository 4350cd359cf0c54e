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
 * Decides whether a tool call may run. A matching `deny` anywhere wins; then plan mode; then the first rule that
 * matches; then what the tool asks for by nature. Rules only decide about asking: what a command can do on the host is
 * the host's business.
 */
export function evaluatePolicy(tool: Tool, subject: string, settings: ResolvedSettings): PolicyResult {
  const rules = settings.permissions.filter((rule) => rule.tool === "*" || rule.tool === tool.name);
  const denying = rules.filter((rule) => rule.decision === "deny");
  const texts = denying.length > 0 ? readings(tool, subject) : [];
  const denied = denying.find((rule) => texts.some((text) => matchesPattern(rule.pattern, text)));
  if (denied) return { decision: "deny", reason: `A rule forbids it: ${denied.tool} ${denied.pattern}` };
  if (settings.planMode && changesThings(tool)) {
    return {
      decision: "deny",
      reason: "Plan mode is on: present a plan with exitPlanMode and wait for its approval.",
    };
  }
  if (tool.asks === "plan") return planVerdict(settings);
  if (tool.asks === "question") return { decision: "ask", reason: "The agent has questions." };
  return ruleVerdict(rules, tool, subject) ?? natureVerdict(rules, tool, subject, settings);
}

export function changesThings(tool: Tool): boolean {
  return tool.asks === "edit" || tool.asks === "command";
}

function planVerdict(settings: ResolvedSettings): PolicyResult {
  return settings.autoApprovePlan
    ? { decision: "allow", reason: "Plans are approved by a setting." }
    : { decision: "ask", reason: "The agent presents a plan." };
}

/** A deny rule also concerns a command of which any part matches, as it stands or out of its disguise. */
function readings(tool: Tool, subject: string): string[] {
  if (tool.asks !== "command") return [subject];
  const { parts } = splitCommand(subject);
  return [...new Set([subject, ...parts, ...parts.map(bareCommand)])];
}

function ruleVerdict(
  rules: readonly PermissionRule[],
  tool: Tool,
  subject: string,
): PolicyResult | undefined {
  if (tool.asks !== "command") return ruleSays(rules.find((rule) => matchesPattern(rule.pattern, subject)));
  const { parts, isOpaque } = splitCommand(subject);
  const isHiding = mayHideDenied(rules, subject);
  const exact = () => rules.find((rule) => isExact(rule, subject) || (rule.pattern === "*" && !isHiding));
  const verdicts = parts.map((part) => rules.find((rule) => speaksOf(rule, part)));
  if (verdicts.some((rule) => rule?.decision === "ask"))
    return { decision: "ask", reason: "A rule asks for it." };
  if (isOpaque || isHiding) return ruleSays(exact());
  if (parts.length > 0 && verdicts.every((rule) => rule?.decision === "allow")) return ruleSays(verdicts[0]);
  return ruleSays(exact());
}

/** What allows a command must match it as it stands; what asks also sees through a disguise. */
function speaksOf(rule: PermissionRule, part: string): boolean {
  if (matchesPattern(rule.pattern, part)) return true;
  return rule.decision !== "allow" && matchesPattern(rule.pattern, bareCommand(part));
}

/** The very text vouches for a command whose parts cannot be told from it; so does `*`, unless something is forbidden. */
function isExact(rule: PermissionRule, subject: string): boolean {
  return isLiteral(rule.pattern) && matchesPattern(rule.pattern, subject);
}

function ruleSays(rule: PermissionRule | undefined): PolicyResult | undefined {
  if (rule === undefined) return undefined;
  return rule.decision === "allow"
    ? { decision: "allow", reason: `A rule allows it: ${rule.tool} ${rule.pattern}` }
    : { decision: "ask", reason: `A rule asks for it: ${rule.tool} ${rule.pattern}` };
}

function natureVerdict(
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

/** Where something is forbidden, a command that cannot be read to its end is never run unasked. */
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
