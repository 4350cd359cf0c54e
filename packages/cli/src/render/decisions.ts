import type { Action, Frame } from "../frame.ts";
import { actionBox, decisionLine, previewLines } from "./action-box.ts";
import type { Page } from "./page.ts";
import type { Style } from "./style.ts";
import { plainLine } from "./text/sanitise.ts";
import type { ToolLines } from "./tools.ts";

/** What is needed to show a decision beside the call that it is about. */
export interface Decisions {
  readonly page: Page;
  readonly style: Style;
  readonly tools: ToolLines;
  /** Ids of the actions that were shown in a box. */
  readonly asked: Set<string>;
}

export function showQuestion(
  { page, style, tools, asked }: Decisions,
  action: Action,
  { all = false, footer }: { all?: boolean; footer?: string } = {},
): void {
  asked.add(action.id);
  const box = actionBox(action, style, all);
  if (action.type === "host") printNote(page, box);
  else tools.preview(action.toolCallId, box);
  if (footer !== undefined) page.line(`  ${style.waiting("╰")} ${footer}`);
}

export function showDecision({ page, style, tools, asked }: Decisions, action: Action): void {
  const wasAsked = asked.has(action.id);
  const line = `  ${wasAsked ? `${style.waiting("╰")} ` : ""}${decisionLine(action, style)}`;
  if (action.type === "host") return printNote(page, [`${line} ${style.quiet(hostOf(action.input))}`]);
  tools.continueCall(action.toolCallId);
  if (action.state === "rejected" || action.state === "cancelled") tools.dismiss(action.toolCallId);
  if (!wasAsked) tools.preview(action.toolCallId, previewLines(action, style));
  page.line(line);
}

/** Lines beside the call that is running, which they do not end. */
function printNote(page: Page, lines: readonly string[]): void {
  page.block("note");
  for (const line of lines) page.line(line);
}

const denials = {
  "not-granted": "it is not granted",
  rejected: "it was rejected",
  "not-public": "it is not public",
} as const;

/** What a command could not reach, in one line. */
export function denialLine(denied: Extract<Frame, { type: "network.denied" }>["data"]): string {
  return `✗ a command could not reach ${hostOf(denied)}: ${denials[denied.reason]}`;
}

function hostOf({ host, port }: { host?: unknown; port?: unknown }): string {
  return plainLine(`${String(host)}:${String(port)}`);
}
