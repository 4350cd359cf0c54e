import { expect, test } from "vitest";
import { createTerminalText, plainText } from "../../../lib/ports/terminal-text.ts";

const hostile: [string, string][] = [
  ["\u001b[31mred\u001b[0m", "red"],
  ["\u001b[38:2::255:0:0mx", "x"],
  ["\u001b[?25lx\u001b[2J\u001b[H", "x"],
  ["\u009b31mx", "x"],
  ["\u001b]0;title\u0007x", "x"],
  ["\u001b]52;c;ZXZpbA==\u001b\\x", "x"],
  ["\u009d52;c;x\u009cy", "y"],
  ["\u001bP1$r0m\u001b\\x", "x"],
  ["\u001b_apc\u001b\\\u001b^pm\u001b\\\u001bXsos\u001b\\x", "x"],
  ["\u001b(Bx\u001b)0\u001b#8\u001b7\u001b8\u001bc", "x"],
  ["a\u0008b\u0000c\u007fd", "abcd"],
  ["a\r\nb\rc\td\n", "a\nb\nc\td\n"],
  ["\u001b]never ends\nnext line", "\nnext line"],
  ["\u202eevil\u2066x", "<U+202E>evil<U+2066>x"],
  ["\u{e0041}x", "<U+E0041>x"],
  ["👩‍💻 naïve 漢字", "👩‍💻 naïve 漢字"],
  ["plain [31m text", "plain [31m text"],
];

test.each(hostile)("%j becomes plain text", (raw, plain) => {
  expect(plainText(raw)).toBe(plain);
});

test("what comes in single characters becomes the same text as what comes at once", () => {
  for (const [raw, plain] of hostile) {
    const terminal = createTerminalText();
    const pieces = Array.from(raw, (character) => terminal.push(character));
    expect(pieces.join("") + terminal.end(), JSON.stringify(raw)).toBe(plain);
  }
});
