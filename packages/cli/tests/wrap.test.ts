import { expect, test } from "vitest";
import { createWrap, wrapped } from "../src/render/text/wrap.ts";

const prose = "The test of sum fails, because sum subtracts its second number. ";

test("lines break between words, however the text is cut into pieces", () => {
  const whole = createWrap(() => 20).next(prose.trimEnd());
  expect(whole.split("\n").every((line) => line.length <= 20)).toBe(true);
  expect(whole.replaceAll("\n", " ")).toBe(prose.trimEnd());
  const wrap = createWrap(() => 20);
  const pieces = prose.trimEnd().match(/ ?\S+/g) ?? [];
  expect(pieces.map(wrap.next).join("")).toBe(whole);
});

test("nothing is broken where there is room, nor when the width has no end", () => {
  expect(createWrap(() => 200).next(prose)).toBe(prose.trimEnd());
  expect(createWrap(() => Infinity).next(prose.repeat(50).trimEnd())).toBe(prose.repeat(50).trimEnd());
});

test("code, tables and long words stay as they are", () => {
  const code = "```js\nconst numbers = [1, 2, 3, 4, 5, 6];\n```";
  const table = "| one | two | three | four |";
  const long = "x".repeat(50);
  for (const text of [code, table, long, "    indented by four is code as well"])
    expect(createWrap(() => 20).next(text)).toBe(text);
  const after = createWrap(() => 20).next(`${code}\n${prose.trimEnd()}`);
  expect(after.slice(code.length + 1)).toBe(createWrap(() => 20).next(prose.trimEnd()));
});

test("wide characters count as the two columns they take", () => {
  expect(createWrap(() => 10).next("漢字漢字 漢字")).toBe("漢字漢字\n漢字");
  expect(createWrap(() => 13).next("漢字漢字 漢字")).toBe("漢字漢字 漢字");
});

test("lines that go on are set in", () => {
  expect(wrapped("one two three", { columns: 11, indent: 2 })).toBe("one two\n  three");
  expect(wrapped("one\ntwo", { columns: 80, indent: 4 })).toBe("one\n    two");
});
