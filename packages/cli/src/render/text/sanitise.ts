/**
 * Makes text from models, tools and repositories safe for a terminal. Escape sequences and control characters are
 * removed; characters that hide or reorder text are shown as their code. When a stream cuts a sequence in two, the
 * first half loses its ESC, which makes it harmless, and the rest is shown as ordinary letters.
 */
export function plain(text: string): string {
  return revealed(text.replace(sequences, "").replace(/\r\n?/g, "\n").replace(controls, ""));
}

/** As `plain`, on one line. */
export function plainLine(text: string): string {
  return plain(text).replace(/\s+/g, " ").trim();
}

/** For what a person is asked to approve: removes nothing, so that they read exactly what will happen. */
export function visible(text: string): string {
  return revealed(text.replace(/\r\n/g, "\n").replace(controls, codePoint));
}

const [bell, escape] = ["\\x07", "\\x1b"];
/** ECMA-48 sequences, each also in its 8-bit form: CSI; OSC, DCS, SOS, PM and APC up to their end; two or three characters. */
const sequences = new RegExp(
  [
    `(?:${escape}\\[|\\x9b)[0-?]*[ -/]*[@-~]`,
    `(?:${escape}[\\]PX^_]|[\\x90\\x98\\x9d-\\x9f])[^${bell}${escape}\\x9c]*(?:${bell}|${escape}\\\\|\\x9c)`,
    `${escape}[ -/]+[0-~]`,
    `${escape}[0-OQ-WYZ\\\\\`-~]`,
  ].join("|"),
  "g",
);
const controls = /[\p{Cc}--[\t\n]]/gv;
/** Bidirectional controls, zero-width characters, invisible operators, line separators, tag characters. Joiners of letters and emoji are not among them. */
const hiding = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

function revealed(text: string): string {
  return text.replace(hiding, codePoint);
}

function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
