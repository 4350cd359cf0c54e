import { evaluatePolicy, type PolicyQuestion } from "../../../../lib/core/approvals/policy.ts";
import { resolveSettings, type PermissionRule, type Settings } from "../../../../lib/settings.ts";
import { createToolbox } from "../../../../lib/tools/index.ts";

const toolbox = createToolbox();

export interface Asked extends Partial<Pick<PolicyQuestion, "sandbox" | "isHostGranted">> {
  settings?: Settings;
}

/** What the policy says of a call of this tool about this subject. */
export function verdict(toolName: string, subject: string, { settings = {}, ...given }: Asked = {}) {
  const tool = toolbox.get(toolName);
  if (tool === undefined) throw new Error(`There is no tool ${toolName}.`);
  const granted = { sandbox: "on" as const, isHostGranted: () => false, ...given };
  return evaluatePolicy({ tool, subject, settings: resolveSettings([settings]), ...granted });
}

/** `tool pattern` of a rule. */
export function rule(decision: PermissionRule["decision"], text: string): PermissionRule {
  const [tool = "", ...pattern] = text.split(" ");
  return { tool, pattern: pattern.join(" "), decision };
}
export const allow = (text: string) => rule("allow", text);
export const ask = (text: string) => rule("ask", text);
export const deny = (text: string) => rule("deny", text);
