import { expect, test } from "vitest";
import { createMasking } from "../../../../lib/security/masking/masking.ts";

const secret = 'Tr0ub4dor&3/+ "quoted" and = more';

function maskOf(...values: string[]) {
  const masking = createMasking();
  masking.learn(values.map((value, index) => ({ name: `secret ${index}`, value })));
  return masking.of("values");
}

test.each([
  ["as it is", secret],
  ["in JSON", JSON.stringify({ secret })],
  ["in a URL", `https://x.example/?q=${encodeURIComponent(secret)}`],
  ["in base64", Buffer.from(secret).toString("base64")],
  ["in base64url", Buffer.from(secret).toString("base64url")],
  ["in base64 after one byte", Buffer.from(`x${secret}`).toString("base64")],
  ["in base64 between other text", Buffer.from(`xy${secret} and more`).toString("base64")],
  [
    "in base64 of several lines",
    Buffer.from(`a=1\n${secret}`)
      .toString("base64")
      .replace(/(.{20})/g, "$1\n"),
  ],
])("a value is masked %s", (_, text) => {
  const masked = maskOf(secret).text(`before ${text} after`);
  expect(masked).toMatch(/^before .*\[masked: secret 0\].* after$/s);
  const rest = masked.replaceAll(/\[masked: secret 0\]|before|after/g, "");
  expect(rest.length, "only what its neighbours share stays").toBeLessThan(40);
});

test("a value outside of ASCII is masked as text and as bytes", async () => {
  const mask = maskOf("pässwörter");
  expect(mask.text("<pässwörter>")).toBe("<[masked: secret 0]>");
  const bytes = await mask.bytes(Buffer.from("<pässwörter> ä"));
  expect(Buffer.from(bytes).toString()).toBe("<[masked: secret 0]> ä");
});

test("each line of a value with several lines is masked", () => {
  const mask = maskOf("line one of the secret\nshort\nline two of the secret");
  expect(mask.text("1: line two of the secret, short")).toBe("1: [masked: secret 0], short");
});

test("the longer one of two values that begin alike is masked whole", () => {
  expect(maskOf("abcdefgh1", "abcdefgh1234567").text("abcdefgh1234567")).toBe("[masked: secret 1]");
  expect(maskOf("abcdefgh1", "abcdefgh1234567").text("abcdefgh1-")).toBe("[masked: secret 0]-");
});

test("a value that is cut at the end of a text is masked, but not its first letters", () => {
  const mask = maskOf("0123456789abcdefghij");
  expect(mask.text("cut 0123456789abcd")).toBe("cut [masked: secret 0]");
  expect(mask.text("cut 01234")).toBe("cut 01234");
});

test("a value under eight characters is not masked, since it occurs by chance", () => {
  expect(maskOf("seven77").text("seven77")).toBe("seven77");
  expect(maskOf("eight888").text("eight888")).toBe("[masked: secret 0]");
});

test("a value that is learned later is masked from then on, also in a text that has begun", () => {
  const masking = createMasking();
  const masker = masking.of("values").masker();
  expect(masker.push("learned-later ")).toBe("learned-later ");
  masking.learn([{ name: "variable X", value: "learned-later" }]);
  expect(masker.push("learned-later ") + masker.end()).toBe("[masked: variable X] ");
});

test("formats are masked in the other scope only", () => {
  const key = "npm" + "_" + "a1".repeat(18);
  const masking = createMasking();
  expect(masking.of("values").text(key)).toBe(key);
  expect(masking.of("formats").text(key)).toBe("[masked: npm token]");
});

test("strings in JSON are masked at any depth, and JSON without secrets is the same object", () => {
  const mask = maskOf(secret);
  const given = { a: [1, { b: `x${secret}` }], [secret]: null, c: true };
  expect(mask.json(given)).toEqual({
    a: [1, { b: "x[masked: secret 0]" }],
    "[masked: secret 0]": null,
    c: true,
  });
  const clean = { a: [1, { b: "x" }], c: null };
  expect(mask.json(clean)).toBe(clean);
});
