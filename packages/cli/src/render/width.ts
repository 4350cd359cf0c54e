/** Columns a text takes in a terminal: wide characters count two, combining ones none. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

/** The text in exactly so many columns, with an ellipsis where it was cut. */
export function fit(text: string, columns: number): string {
  const cut = clip(text, columns);
  return cut + " ".repeat(Math.max(0, columns - widthOf(cut)));
}

/** The text in at most so many columns, with an ellipsis where it was cut. */
export function clip(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : "";
}

/** Marks that join the character before, variation selectors among them, and the joiner of emoji. */
const combining = /^(\p{Mn}|\p{Me}|\u200d)$/u;
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

function columnsOf(character: string): number {
  if (combining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
