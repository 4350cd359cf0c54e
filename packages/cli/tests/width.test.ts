import { expect, test } from "vitest";
import { createStyle } from "../src/render/style.ts";
import { table } from "../src/render/table.ts";
import { clip, fit, widthOf } from "../src/render/text/width.ts";
import { createWrap } from "../src/render/text/wrap.ts";

const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
const thumb = "\u{1f44d}\u{1f3fd}";
const flag = "\u{1f1e9}\u{1f1ea}";
const keycap = "1\ufe0f\u20e3";

test.each([
  ["nothing", "", 0],
  ["ASCII", "abc ~", 5],
  ["emoji of the first plane", "\u2705", 2],
  ["another", "\u26a1", 2],
  ["a sign asked for as an emoji", "\u26a0\ufe0f", 2],
  ["the sign alone is text", "\u26a0", 1],
  ["the sign asked for as text", "\u26a0\ufe0e", 1],
  ["an emoji asked for as text", "\u26a1\ufe0e", 1],
  ["a heart as text", "\u2764", 1],
  ["a heart as emoji", "\u2764\ufe0f", 2],
  ["check mark, bullet, ellipsis", "\u2713\u25cf\u2026", 3],
  ["skin tone", thumb, 2],
  ["skin tone alone", "\u{1f3fd}", 2],
  ["family of three", family, 2],
  ["family of four with skin tones", "\u{1f468}\u{1f3fb}\u200d\u2764\ufe0f\u200d\u{1f468}\u{1f3ff}", 2],
  ["technologist", "\u{1f469}\u{1f3fd}\u200d\u{1f4bb}", 2],
  ["eye in a bubble, without its selectors", "\u{1f441}\u200d\u{1f5e8}", 2],
  ["pirates", "\u{1f3f4}\u200d\u2620\ufe0f", 2],
  ["flag", flag, 2],
  ["two flags", flag + "\u{1f1eb}\u{1f1f7}", 4],
  ["flag of England", "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", 2],
  ["half a flag", "\u{1f1e9}", 2],
  ["keycap", keycap, 2],
  ["keycap of the number sign", "#\ufe0f\u20e3", 2],
  ["a digit is no emoji", "1", 1],
  ["emoji side by side", "\u2705\u2705a\u26a1", 7],
  ["newer emoji", "\u{1fae0}\u{1f6dc}", 4],
  ["Chinese", "\u4f60\u597d", 4],
  ["Hiragana, half-width Katakana", "\u3042\uff76", 3],
  ["full-width letters", "\uff21\uff22", 4],
  ["Hangul, composed and in parts", "\ud55c\u1112\u1161\u11ab", 4],
  ["Han of the second plane", "\u{20000}", 2],
  ["accents, composed and combining", "\u00e9e\u0301", 2],
  ["many marks on one letter", "a\u0300\u0301\u0302\u0303", 1],
  ["an enclosing circle", "a\u20dd", 1],
  ["Devanagari with a joiner", "\u0915\u094d\u200d\u0937", 2],
  ["Persian with a non-joiner", "\u0645\u06cc\u200c\u062e", 3],
  ["Thai", "\u0e01\u0e34\u0e19", 2],
  ["Hebrew points", "\u05e9\u05b8", 1],
  ["a lone joiner, a lone selector", "\u200d\ufe0f", 0],
])("%s", (_what, text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

test("a text is cut between what a person sees as characters, never within", () => {
  expect(clip(`ab${family}cd`, 5)).toBe(`ab${family}\u2026`);
  expect(clip(`ab${family}cd`, 4)).toBe("ab\u2026");
  expect(clip(`${thumb}${thumb}`, 3)).toBe(`${thumb}\u2026`);
  expect(clip(`e\u0301e\u0301e\u0301`, 2)).toBe("e\u0301\u2026");
  expect(clip("abc", 0)).toBe("");
  expect(clip(family, 2)).toBe(family);
});

test.each([["\u2705"], ["\u26a0\ufe0f"], [thumb], [family], [flag], [keycap], ["\u4f60"], ["xy"]])(
  "columns stand under each other with %s in a cell",
  (cell) => {
    const rows = table(
      [{ title: "a" }, { title: "b" }],
      [
        [cell, "end"],
        ["wide cell", "end"],
      ],
      {
        style: createStyle(false),
        width: 80,
      },
    );
    const before = rows.slice(1).map((row) => widthOf(row.slice(0, row.indexOf("end"))));
    expect(before).toEqual([11, 11]);
    expect(fit(cell, 6)).toBe(cell + "    ");
  },
);

test("a line breaks at the same place wherever the stream cuts a family, a tone, a flag or an accent", () => {
  const text = `${family}${flag} ${thumb}e\u0301 ${keycap}ab ${family}`;
  const whole = createWrap(() => 9).next(text);
  expect(whole).toBe(`${family}${flag} ${thumb}e\u0301\n${keycap}ab ${family}`);
  const characters = createWrap(() => 9);
  expect(Array.from(text, (piece) => characters.next(piece)).join("")).toBe(whole);
});
