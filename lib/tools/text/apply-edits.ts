import { ToolFailure } from "../../tool.ts";
import { findOccurrences } from "./find-occurrences.ts";
import { describeNearest } from "./describe-nearest.ts";

export interface TextEdit {
  old_string: string;
  new_string: string;
}

const placesMax = 100;
const placesNamed = 10;

/**
 * The text after all edits, applied in order. Each `old_string` must occur exactly once in the text that the edits before it
 * produced; else a ToolFailure says why and no edit is applied. `\n` in an edit matches the line ending of the text, and
 * every line that no edit touches keeps its own ending.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const ending = lineEnding(text) ?? "\n";
  return edits.reduce((edited, edit, index) => {
    const label = edits.length === 1 ? "the edit" : `edit ${index + 1} of ${edits.length}`;
    return applyEdit(edited, edit, { label, ending });
  }, text);
}

function applyEdit(
  text: string,
  edit: TextEdit,
  { label, ending }: { label: string; ending: string },
): string {
  const wanted = withLineFeeds(edit.old_string);
  const replacement = withLineFeeds(edit.new_string);
  if (wanted === "") {
    refuse(label, "has an empty old_string. Give the text to replace; to write a whole file, use writeFile.");
  }
  if (wanted === replacement) refuse(label, "would change nothing: old_string and new_string are the same.");
  const plain = withLineFeeds(text);
  const places = findOccurrences(plain, wanted, placesMax);
  const [place] = places;
  if (place === undefined)
    refuse(label, `did not find its old_string in the file. ${describeNearest(plain, wanted)}`);
  if (places.length > 1) refuse(label, ambiguous(plain, places));
  return replaceIn(text, { start: place, end: place + wanted.length, replacement, ending });
}

function refuse(label: string, why: string): never {
  throw new ToolFailure(`Nothing was changed: ${label} ${why}`);
}

function ambiguous(plain: string, places: number[]): string {
  const count = places.length === placesMax ? `at least ${placesMax}` : `${places.length}`;
  const lines = places.slice(0, placesNamed).map((place) => lineNumberAt(plain, place));
  const more = places.length > placesNamed ? " and more" : "";
  return `found its old_string in ${count} places, at lines ${lines.join(", ")}${more}. Add surrounding lines to old_string until it occurs only once.`;
}

/** The 1-based number of the line that holds the character at `offset`. */
function lineNumberAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

function withLineFeeds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

interface Replacement {
  /** Offsets in the text after its line endings became `\n`. */
  start: number;
  end: number;
  replacement: string;
  /** The line ending of most lines; used where the replaced text has none. */
  ending: string;
}

function replaceIn(text: string, { start, end, replacement, ending }: Replacement): string {
  const from = offsetInOriginal(text, start);
  const to = offsetInOriginal(text, end);
  const own = lineEnding(text.slice(from, to)) ?? ending;
  return text.slice(0, from) + replacement.replaceAll("\n", own) + text.slice(to);
}

/** Maps an offset in the text with `\n` endings to an offset in the text with its own endings. */
function offsetInOriginal(text: string, offset: number): number {
  let shift = 0;
  for (let at = text.indexOf("\r\n"); at >= 0 && at - shift < offset; at = text.indexOf("\r\n", at + 2))
    shift += 1;
  return offset + shift;
}

/** The ending of most lines; undefined for a text of one line. */
function lineEnding(text: string): "\r\n" | "\n" | undefined {
  const lineFeeds = text.split("\n").length - 1;
  if (lineFeeds === 0) return undefined;
  return (text.split("\r\n").length - 1) * 2 >= lineFeeds ? "\r\n" : "\n";
}
