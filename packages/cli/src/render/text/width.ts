/** How many terminal columns a text takes. Counted by grapheme cluster: what a person sees as one character. */
export function widthOf(text: string): number {
  if (isAscii(text)) return text.length;
  return clustersOf(text).reduce((columns, cluster) => columns + columnsOf(cluster), 0);
}

/** The text in exactly `columns` columns: filled with blanks, or cut and ended with an ellipsis. */
export function fit(text: string, columns: number): string {
  const cut = clip(text, columns);
  return cut + " ".repeat(Math.max(0, columns - widthOf(cut)));
}

/** The text in at most `columns` columns: cut and ended with an ellipsis when it is longer. */
export function clip(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns <= 0) return "";
  let kept = "";
  let used = 0;
  for (const cluster of clustersOf(text)) {
    used += columnsOf(cluster);
    if (used > columns - 1) break;
    kept += cluster;
  }
  return `${kept}…`;
}

/** The last grapheme cluster. Text that follows may extend it. */
export function lastCluster(text: string): string {
  return isAscii(text) ? text.slice(-1) : (clustersOf(text).at(-1) ?? "");
}

function isAscii(text: string): boolean {
  return !/[^ -~]/.test(text);
}

let segmenter: Intl.Segmenter | undefined;

function clustersOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** A picture of several joined emoji takes two columns, as one emoji does. Letters take the columns of their parts. */
function columnsOf(cluster: string): number {
  if (asText.test(cluster)) return 1;
  if (picture.test(cluster)) return 2;
  let columns = 0;
  for (const character of cluster) columns += columnsOfCharacter(character);
  return columns;
}

/** An emoji of the first plane that is asked for as text. */
const asText = /^[\p{Emoji_Presentation}&&[\u{2000}-\u{ffff}]]\ufe0e/v;
/** An emoji with its modifiers, a flag, a keycap, and what is joined to a picture though its selectors are missing. */
const picture = /^\p{RGI_Emoji}|^\p{Regional_Indicator}|^[\d#*]\ufe0f|\u200d\p{Extended_Pictographic}/v;

function columnsOfCharacter(character: string): number {
  if (invisible.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Marks, joiners, selectors, control characters, and the vowels and finals that complete a Hangul syllable. */
const invisible = /^[\p{Mn}\p{Me}\p{Cc}\p{Default_Ignorable_Code_Point}\u{1160}-\u{11ff}\u{d7b0}-\u{d7ff}]$/v;
/** East Asian Width W and F of Unicode 17, but for emoji; gaps that are not assigned are filled. */
const wide = new RegExp(
  "^[" +
    "\\u{1100}-\\u{115f}\\u{2329}\\u{232a}\\u{2630}-\\u{2637}\\u{268a}-\\u{268f}" + // Hangul initials, brackets, signs.
    "\\u{2e80}-\\u{303e}\\u{3041}-\\u{3247}\\u{3250}-\\u{a4c6}" + // Radicals to Yi, all Han of the first plane.
    "\\u{a960}-\\u{a97c}\\u{ac00}-\\u{d7a3}\\u{f900}-\\u{faff}" + // Hangul, compatibility Han.
    "\\u{fe10}-\\u{fe19}\\u{fe30}-\\u{fe6b}\\u{ff01}-\\u{ff60}\\u{ffe0}-\\u{ffe6}" + // Vertical, small and full forms.
    "\\u{16fe0}-\\u{1b2fb}\\u{1d300}-\\u{1d376}\\u{1f200}-\\u{1f265}" + // Tangut to Nushu, tallies, squared Han.
    "\\p{Emoji_Presentation}\\u{1fa70}-\\u{1faff}\\u{20000}-\\u{3fffd}" + // Emoji, and the planes of Han.
    "]$",
  "v",
);
