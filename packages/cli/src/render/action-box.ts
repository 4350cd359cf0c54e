import type { Action } from "../frame.ts";
import { shortId } from "../ids.ts";
import { plural } from "./text/amounts.ts";
import { diffLines } from "./diff.ts";
import { plainLine, visible } from "./text/sanitise.ts";
import type { Style } from "./style.ts";
import type { Question } from "../questions.ts";
import { questionsOf } from "../questions.ts";

const boxLinesMax = 60;

/**
 * The box that shows a person what they decide on, without the last line, which says how to decide. Nothing in it is
 * hidden: lines over the limit are counted, and `all` shows them too.
 */
export function actionBox(action: Action, style: Style, all = false): string[] {
  const edge = style.waiting("│");
  const body = bodyOf(action, style);
  const shown = all ? body : body.slice(0, boxLinesMax);
  const rest = body.length - shown.length;
  return [
    `  ${style.waiting("╭")} ${style.strong(titleOf(action))}  ${style.quiet(shortId(action.id))}`,
    ...shown.map((line) => `  ${edge} ${line}`.trimEnd()),
    ...(rest > 0 ? [`  ${edge} ${style.waiting(`… ${plural(rest, "more line")}, not shown`)}`] : []),
  ];
}

/** Whether the box has more lines than its limit. */
export function isCut(action: Action, style: Style): boolean {
  return bodyOf(action, style).length > boxLinesMax;
}

/** What was decided, in one line. */
export function decisionLine(action: Action, style: Style): string {
  const by = action.resolvedBy === "policy" ? " by a setting" : "";
  const reason = action.state === "rejected" && action.reason ? `: ${plainLine(action.reason)}` : "";
  switch (action.state) {
    case "approved":
    case "answered":
      return `${style.good("✓")} ${style.quiet(`${action.state}${by}`)}`;
    case "rejected":
      return `${style.bad("✗")} rejected${reason}`;
    case "expired":
      return `${style.bad("✗")} nobody decided in time`;
    case "cancelled":
      return style.quiet("– no longer needed");
    case "pending":
      return style.waiting("… waiting");
  }
}

/** The preview of an action that was decided without a box here. */
export function previewLines(action: Action, style: Style): string[] {
  if (action.preview === null) return [];
  const lines = bodyOf(action, style);
  const rest = lines.length - boxLinesMax;
  const note = rest > 0 ? [style.quiet(`… ${plural(rest, "more line")}`)] : [];
  return [...lines.slice(0, boxLinesMax), ...note].map((line) => `    ${line}`.trimEnd());
}

function titleOf(action: Action): string {
  if (action.type === "plan") return "The agent presents a plan";
  if (action.type === "question") return "The agent asks";
  const input = action.input;
  if (action.type === "host") return `Allow ${visible(String(input["host"]))} for this workspace?`;
  if (typeof input["command"] === "string") return "Run this command?";
  if (typeof input["url"] === "string") return "Fetch this page?";
  const path = input["file_path"] ?? input["path"];
  return typeof path === "string" ? `Change ${visible(path)}?` : `Allow ${visible(action.toolName)}?`;
}

function bodyOf(action: Action, style: Style): string[] {
  if (action.type === "question")
    return questionsOf(action).flatMap((question) => questionLines(question, style));
  if (action.type === "plan") return visible(action.preview ?? JSON.stringify(action.input)).split("\n");
  if (action.type === "host") return [`A command wants to reach ${visible(hostOf(action))}.`];
  if (action.preview !== null) return diffLines(action.preview, style, visible);
  const subject = action.input["command"] ?? action.input["url"];
  const text = typeof subject === "string" ? subject : JSON.stringify(action.input, null, 2);
  return visible(text).split("\n");
}

function hostOf({ input }: Action): string {
  return `${String(input["host"])}:${String(input["port"])}`;
}

function questionLines({ question, options }: Question, style: Style): string[] {
  const numbered = options.map(({ label, description }, index) => {
    const why = description === "" ? "" : `  ${style.quiet(plainLine(description))}`;
    return `  ${style.strong(String(index + 1))} ${plainLine(label)}${why}`;
  });
  return [plainLine(question), ...numbered];
}
