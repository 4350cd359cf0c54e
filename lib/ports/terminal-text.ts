/* oxlint-disable no-control-regex -- This module removes control characters. */

/**
 * Turns what a program wrote for a terminal into plain text. Removes escape sequences (ECMA-48: CSI, OSC, DCS, SOS, PM,
 * APC, nF, single ones, their 8-bit forms) and control characters. Lines end in `\n`. Characters that hide or reverse
 * other text are written out, such as `<U+202E>`. Keeps state, because a chunk may end inside a sequence.
 */
export function createTerminalText(): { push(text: string): string; end(): string } {
  let held = "";
  return {
    push(text) {
      const all = held + text;
      const cut = heldFrom(all);
      held = all.slice(cut);
      return plain(all.slice(0, cut));
    },
    end() {
      const rest = held;
      held = "";
      return plain(rest);
    },
  };
}

export function plainText(text: string): string {
  return plain(text);
}

/** A sequence that has not ended after this many characters is treated as complete. */
const heldCharactersMax = 4096;

const suspicious =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060-\u2069\u{e0000}-\u{e007f}]/u;

const sequences =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

const unfinished =
  /(?:(?:\u001b\[|\u009b)[0-?]*[ -/]*|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*\u001b?|\u001b[ -/]*|\r)$/;

const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const hiding = /[\u200b\u202a-\u202e\u2060-\u2069\u{e0000}-\u{e007f}]/gu;

function heldFrom(text: string): number {
  const tail = text.slice(-heldCharactersMax);
  const match = unfinished.exec(tail);
  return match === null ? text.length : text.length - tail.length + match.index;
}

function plain(text: string): string {
  if (!suspicious.test(text)) return text;
  return text
    .replace(sequences, "")
    .replace(/\r\n?/g, "\n")
    .replace(controls, "")
    .replace(hiding, (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}>`);
}
