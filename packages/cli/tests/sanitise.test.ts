import { expect, test } from "vitest";
import { plain, plainLine, visible } from "../src/render/text/sanitise.ts";

test.each([
  ["colour", "\u001b[31mred\u001b[0m", "red"],
  ["private and colon parameters", "\u001b[?25l\u001b[4:3mx", "x"],
  ["clear screen and home", "\u001b[2J\u001b[Hx", "x"],
  ["clipboard, ended by BEL", "\u001b]52;c;aGk=\u0007x", "x"],
  ["link, ended by ST", "\u001b]8;;http://evil\u001b\\x\u001b]8;;\u001b\\", "x"],
  ["device control", "\u001bP1$r0m\u001b\\x", "x"],
  ["application command and privacy message", "\u001b_a\u001b\\\u001b^b\u001b\\x", "x"],
  ["character set", "\u001b(0x", "x"],
  ["reset", "\u001bcx", "x"],
  ["8-bit CSI", "\u009b31mx", "x"],
  ["8-bit OSC", "\u009d52;c;aGk=\u009cx", "x"],
  ["a lone escape at the end", "x\u001b", "x"],
  ["backspace, bell, form feed, delete", "a\u0008\u0007\u000c\u007fb", "ab"],
  ["carriage return over a line", "safe\revil", "safe\nevil"],
  ["line ends of Windows", "a\r\nb", "a\nb"],
])("%s does not reach the terminal", (_name, sent, shown) => {
  expect(plain(sent)).toBe(shown);
});

test("a sequence cut between two pieces is only letters", () => {
  expect(plain("\u001b") + plain("[2J")).toBe("[2J");
});

test("text, tabs, accents, Chinese and emoji pass", () => {
  const text = "a\tb\né ñ 中文 👩‍💻 ✓";
  expect(plain(text)).toBe(text);
  expect(visible(text)).toBe(text);
});

test("characters that hide or reorder text are shown by their code", () => {
  expect(plain("a\u202eb\u200bc\u{e0041}")).toBe("a<U+202E>b<U+200B>c<U+E0041>");
});

test("what a person allows shows every control character", () => {
  expect(visible("rm -rf x\r\u001b[2Kecho hi")).toBe("rm -rf x<U+000D><U+001B>[2Kecho hi");
});

test("a line stays one line", () => {
  expect(plainLine(" a\n b\t c ")).toBe("a b c");
});
