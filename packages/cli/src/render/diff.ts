import { plain } from "./text/sanitise.ts";
import type { Style } from "./style.ts";

/** A unified diff, a colour for each kind of line. Safe to print whatever the repository holds. */
export function diffLines(patch: string, style: Style, safe = plain): string[] {
  return safe(patch)
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => paintDiffLine(line, style));
}

/** One line of a diff, made safe before. */
export function paintDiffLine(line: string, style: Style): string {
  if (heading.test(line)) return style.quiet(line);
  if (line.startsWith("@@")) return style.accent(line);
  if (line.startsWith("+")) return style.added(line);
  return line.startsWith("-") ? style.removed(line) : line;
}

const heading =
  /^(diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename |old mode|new mode|Index: |={10})/;
