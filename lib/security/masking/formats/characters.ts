/** A set of ASCII characters. */
export type Characters = Uint8Array;

/** `ranges` as in a regular expression: `A-Za-z0-9_`. */
export function characters(ranges: string): Characters {
  const pattern = new RegExp(`[${ranges}]`);
  return Uint8Array.from({ length: 128 }, (_, code) => Number(pattern.test(String.fromCharCode(code))));
}

export const letters = characters("A-Za-z");
export const digits = characters("0-9");
export const wordCharacters = characters("\\w");
export const blanks = characters(" \\t");

/** Where the run of these characters ends that starts at `at`; after `max` characters at the latest. */
export function runEnd(text: string, run: { at: number; of: Characters; max: number }): number {
  const last = Math.min(text.length, run.at + run.max);
  let end = run.at;
  while (end < last && run.of[text.charCodeAt(end)] === 1) end += 1;
  return end;
}

/** Whether a word may start here. A letter of an escape sequence, such as `\n` or `%3D`, does not belong to the word. */
export function isWordStart(text: string, at: number): boolean {
  if (at === 0 || wordCharacters[text.charCodeAt(at - 1)] !== 1) return true;
  return escapeBefore.test(text.slice(Math.max(0, at - 16), at));
}

// oxlint-disable-next-line no-control-regex -- Escape sequences of terminals.
const escapeBefore = /(?:\\[nrtbf]|\\u[\da-f]{4}|%[\da-f]{2}|\u001b\[[\d;]{0,10}[A-Za-z])$/i;

/** Keys are random: a part of at least `length` letters and digits that has a digit. Words with hyphens have none. */
export function looksRandom(text: string, length: number): boolean {
  return text
    .split(/[^A-Za-z0-9]/)
    .some((part) => part.length >= length && /\d/.test(part) && /[A-Za-z]/.test(part));
}
