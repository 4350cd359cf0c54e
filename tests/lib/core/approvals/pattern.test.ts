import fc from "fast-check";
import { expect, test } from "vitest";
import { cpuMsOf } from "../../../support/time/cpu-time.ts";
import { compilePattern, literalPattern } from "../../../../lib/core/approvals/pattern.ts";

test.each([
  ["*", "", true],
  ["*", "anything\nat all", true],
  ["", "", true],
  ["", "a", false],
  ["git *", "git status", true],
  ["git *", "git", false],
  ["git*", "git", true],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["a?c", "abbc", false],
  ["*.ts", "src/a.ts", true],
  ["*.ts", "src/a.tsx", false],
  ["src/*/a", "src/x/y/a", true],
  ["a*b*c", "a--b--c", true],
  ["a*b*c", "a--c--b", false],
  ["**", "x", true],
  ["a\\*b", "a*b", true],
  ["a\\*b", "axb", false],
  ["a\\?", "a?", true],
  ["a\\?", "ab", false],
  ["a\\\\b", "a\\b", true],
  ["a\\", "a\\", true],
  ["[ab]", "a", false],
  ["[ab]", "[ab]", true],
  ["(a|b)", "a", false],
  ["GIT *", "git x", false],
])("the pattern %j held against %j gives %j", (pattern, text, expected) => {
  expect(compilePattern(pattern).matches(text)).toBe(expected);
});

test("a pattern made to be slow is as quick as any other", async () => {
  const pattern = `${"a*".repeat(500)}b`;
  const match = () => expect(compilePattern(pattern).matches("a".repeat(100_000))).toBe(false);
  expect(await cpuMsOf(match)).toBeLessThan(1000);
});

test("an exact pattern matches its text and no other", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "*", "?", "\\", " ", "é", "\n") });
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(compilePattern(literalPattern(one)).matches(one)).toBe(true);
      expect(compilePattern(literalPattern(one)).matches(other)).toBe(one === other);
    }),
  );
});

test("a pattern agrees with the regular expression that says the same", () => {
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
  fc.assert(
    fc.property(pattern, text, (wanted, given) => {
      const same = new RegExp(`^${wanted.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
      expect(compilePattern(wanted).matches(given)).toBe(same.test(given));
    }),
    { numRuns: 500 },
  );
});
