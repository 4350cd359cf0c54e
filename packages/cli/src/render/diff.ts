import type { Style } from "./style.ts";
import { plain } from "./sanitise.ts";

/** A unified diff, a colour for each kind of line. Safe to print whatever the repository holds. */
export function diffLines(patch: string, style: Style, safe = plain): string[] {
  return safe(patch)
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => paintFor(line, style)(line));
}

function paintFor(line: string, style: Style): (text: string) => string {
  if (/^(diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename |old mode|new mode)/.test(line))
    return style.quiet;
  if (line.startsWith("@@")) return style.accent;
  if (line.startsWith("+")) return style.added;
  return line.startsWith("-") ? style.removed : (text) => text;
}
