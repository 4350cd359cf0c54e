import { plain } from "./text/sanitise.ts";
import type { Style } from "./style.ts";

/** A unified diff with a colour for each kind of line. Safe to print: control characters are removed or shown. */
export function diffLines(patch: string, style: Style, safe = plain): string[] {
  return safe(patch)
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => paintDiffLine(line, style));
}

/** Colours one line of a diff that is safe to print already. */
export function paintDiffLine(line: string, style: Style): string {
  if (heading.test(line)) return style.quiet(line);
  if (line.startsWith("@@")) return style.accent(line);
  if (line.startsWith("+")) return style.added(line);
  return line.startsWith("-") ? style.removed(line) : line;
}

const heading =
  /^(diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename |old mode|new mode|Index: |={10})/;
