import type { Action } from "../frame.ts";
import type { Question } from "../questions.ts";
import { isCut } from "../render/action-box.ts";
import type { Style } from "../render/style.ts";
import { plainLine } from "../render/text/sanitise.ts";

/** The keys that decide an action. One row, so that the page can erase it. */
export function keysFor(action: Action, style: Style, columns: number): string {
  const key = (letter: string) => style.strong(`[${letter}]`);
  const view = isCut(action, style) ? `  ${key("v")}iew all` : "";
  if (action.type === "host") return `${key("a")}llow from now on  ${key("r")}eject`;
  if (action.type === "plan") return `${key("a")}pprove  ${key("r")}eject with reason${view}`;
  const scope = columns < 80 ? "" : `: ${scopeOf(action)}`;
  return `${key("a")}pprove  ${key("s")}ession${scope}  ${key("r")}eject${view}`;
}

/** What an approval for the session covers: all edits, but only the same command or the same site. */
function scopeOf(action: Action): string {
  if (typeof action.input["command"] === "string") return "this command from now on";
  if (typeof action.input["url"] === "string") return "this site from now on";
  return "all edits from now on";
}

/** How to answer a question. */
export function hintFor({ header, options, multiSelect }: Question): string {
  const numbers = multiSelect ? "numbers with commas" : "a number";
  const how = options.length === 0 ? "your answer" : `${numbers}, or your own words`;
  return header === "" ? how : `${plainLine(header)} (${how})`;
}
