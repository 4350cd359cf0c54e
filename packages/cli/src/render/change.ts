import { plural } from "./text/amounts.ts";
import { plain } from "./text/sanitise.ts";
import type { Style } from "./style.ts";

const linesMax = 40;

/** What an edit removes and adds, as diff lines. Empty for other tools. */
export function changeOf(toolName: string, input: unknown): string {
  if (typeof input !== "object" || input === null) return "";
  const { edits, content } = input as Record<string, unknown>; // A model sent it, so each value is checked before use.
  if (toolName === "writeFile") return signed("+", content);
  if (toolName !== "editFile" || !Array.isArray(edits)) return "";
  return edits.map((edit: unknown) => editOf(edit)).join("");
}

/** The change: indented, coloured and shortened. */
export function changeLines(change: string, style: Style): string[] {
  if (change === "") return [];
  const lines = change.trimEnd().split("\n");
  const rest = lines.length - linesMax;
  const painted = lines
    .slice(0, linesMax)
    .map((line) => (line.startsWith("+") ? style.added(line) : style.removed(line)));
  const note = rest > 0 ? [style.quiet(`… ${plural(rest, "more line")}`)] : [];
  return [...painted, ...note].map((line) => `    ${line}`);
}

function editOf(edit: unknown): string {
  if (typeof edit !== "object" || edit === null) return "";
  const { old_string: before, new_string: after } = edit as Record<string, unknown>;
  return signed("-", before) + signed("+", after);
}

function signed(sign: string, text: unknown): string {
  if (typeof text !== "string" || text === "") return "";
  const lines = plain(text).replace(/\n$/, "").split("\n");
  return lines.map((line) => `${sign} ${line}\n`).join("");
}
