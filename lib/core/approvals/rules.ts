import type { PermissionRule } from "../../settings.ts";
import type { Tool } from "../../tool.ts";
import type { ShellWord } from "./commands/command-draft.ts";
import { type CommandLine, readCommandLine } from "./commands/command-line.ts";
import { compilePattern, type RulePattern } from "./pattern.ts";

/** A rule that applies to the tool, ready to be compared. */
export interface CompiledRule extends PermissionRule {
  compiled: RulePattern;
}

/** What rules are compared with: a text, and for a command all that is seen in it. */
export interface RuleTarget {
  text: string;
  command: CommandLine | undefined;
}

export function rulesFor(tool: Tool, rules: readonly PermissionRule[]): CompiledRule[] {
  return rules
    .filter((rule) => rule.tool === "*" || rule.tool === tool.name)
    .map((rule) => ({ ...rule, compiled: compilePattern(rule.pattern) }));
}

export function targetOf(tool: Tool, subject: string): RuleTarget {
  return { text: subject, command: tool.asks === "command" ? readCommandLine(subject) : undefined };
}

/** The rule that forbids the call. For a command also when what it forbids is in a wrapper, a group or a substitution. */
export function denyingRule(rules: readonly CompiledRule[], target: RuleTarget): CompiledRule | undefined {
  const denying = rules.filter((rule) => rule.decision === "deny");
  if (denying.length === 0) return undefined;
  const { command } = target;
  const seen = command === undefined ? [] : [...command.parts, ...command.seenTexts.map(({ text }) => text)];
  const texts = [...new Set([target.text, ...seen])];
  return denying.find(({ compiled }) => texts.some((text) => compiled.matches(text)));
}

/** Whether a command may run something that a rule forbids and that its text does not show. */
export function mayHideDenied(rules: readonly CompiledRule[], { command }: RuleTarget): boolean {
  const denying = rules.filter((rule) => rule.decision === "deny");
  if (denying.length === 0 || command === undefined) return false;
  if (command.hidesCode || command.isTooLong) return true;
  const unsure = command.seenTexts.filter(({ text, sureLength }) => sureLength < text.length);
  const starts = [...new Set(unsure.map(({ text, sureLength }) => text.slice(0, sureLength)))];
  return denying.some(({ compiled }) => starts.some((start) => compiled.canContinue(start)));
}

/** The rule that decides whether the call is allowed or asked about: the first that matches. */
export function decidingRule(rules: readonly CompiledRule[], target: RuleTarget): CompiledRule | undefined {
  const { command, text } = target;
  if (command === undefined) return rules.find(({ compiled }) => compiled.matches(text));
  return rules.length === 0 ? undefined : decidingRuleOf(rules, target, command);
}

function decidingRuleOf(
  rules: readonly CompiledRule[],
  target: RuleTarget,
  command: CommandLine,
): CompiledRule | undefined {
  const isUnclear = mayHideDenied(rules, target);
  const exact = rules.find((rule) => isExact(rule, command.text) || (rule.pattern === "*" && !isUnclear));
  const ofParts = command.parts.map((part) => firstOf(rules, part, command.seenInPart(part)));
  const asking = [...ofParts, ...ofSeen(rules, command)].find((rule) => rule?.decision === "ask");
  if (asking !== undefined) return isBefore(rules, exact, asking) ? exact : asking;
  const isKnown = !command.isOpaque && !isUnclear && command.parts.length > 0;
  return isKnown && ofParts.every((rule) => rule !== undefined) ? ofParts[0] : exact;
}

/** An `allow` rule must match the part as it is written. An `ask` rule also matches what is seen in it. */
function firstOf(
  rules: readonly CompiledRule[],
  part: string,
  seen: readonly ShellWord[],
): CompiledRule | undefined {
  return rules.find(({ decision, compiled }) => {
    if (compiled.matches(part)) return true;
    return decision === "ask" && seen.some(({ text }) => compiled.matches(text));
  });
}

/** In a command whose parts are not certain, each command that is seen counts for itself. */
function ofSeen(rules: readonly CompiledRule[], command: CommandLine): (CompiledRule | undefined)[] {
  if (!command.isOpaque) return [];
  return command.seenTexts.map(({ text }) => rules.find(({ compiled }) => compiled.matches(text)));
}

/** Whether the rule names exactly this text. Such a rule decides even when the parts of the command are not known. */
function isExact({ compiled }: CompiledRule, text: string): boolean {
  return compiled.isLiteral && compiled.matches(text);
}

function isBefore(
  rules: readonly CompiledRule[],
  first: CompiledRule | undefined,
  second: CompiledRule,
): boolean {
  return first !== undefined && rules.indexOf(first) < rules.indexOf(second);
}
