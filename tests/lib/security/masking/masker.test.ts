import { expect, test } from "vitest";
import { createMasking } from "../../../../lib/security/masking/masking.ts";
import { plantedKeys, plantedPrivateKey } from "../../../support/planted-keys.ts";

const masking = createMasking();
const value = "the-exact-secret-0123456789";
masking.learn([{ name: "variable TOKEN", value }]);
const mask = masking.of("formats");
const { pem } = plantedPrivateKey();

const base64 = Buffer.from(`env: ${value} and more`).toString("base64");
const texts = [
  ...plantedKeys().map(({ name, line }) => ({ name, text: `one ${line} two\n` })),
  { name: "value", text: `one ${value}${value} two the-exact-secret-0123 three` },
  { name: "value in base64", text: `${base64.slice(0, 20)}\n${base64.slice(20)}\n` },
  { name: "private key", text: `one\n${pem}two sk-` },
  { name: "private key in JSON", text: JSON.stringify({ pem }) },
  { name: "half of a key", text: `ghp_${"a".repeat(20)}` },
];

test.each(texts)("$name, split in two at every place, is masked as if it came whole", ({ text }) => {
  const whole = mask.text(text);
  const different = Array.from(text).flatMap((_, at) => {
    const masker = mask.masker();
    const parts = [masker.push(text.slice(0, at)), masker.push(text.slice(at)), masker.end()];
    return parts.join("") === whole ? [] : [{ at, parts }];
  });
  expect(different).toEqual([]);
});

test.each(texts)("$name, one character at a time, is masked as if it came whole", ({ text }) => {
  const masker = mask.masker();
  const parts = Array.from(text, (character) => masker.push(character));
  expect(parts.join("") + masker.end()).toBe(mask.text(text));
});

test("nothing of a secret is given out before it is whole", () => {
  const masker = mask.masker();
  let given = "";
  for (const character of value) given += masker.push(character);
  expect(given).toBe("[masked: variable TOKEN]");
});

test("plain text is not held back, except for what may begin a secret", () => {
  const masker = mask.masker();
  expect(masker.push("Compiling 12 files...")).toBe("Compiling 12 files...");
  expect(masker.push(" the-exa")).toBe(" ");
  expect(masker.push("mple is done.")).toBe("the-example is done.");
  expect(masker.end()).toBe("");
});

test("memory is bounded: what looks like an endless key is given out", () => {
  const masker = mask.masker();
  for (const start of ["eyJ", `-----${"BEGIN"} PRIVATE KEY-----\n`, "sk-"]) {
    let held = start.length;
    held -= masker.push(start).length;
    for (let count = 0; count < 200; count++) held += 1000 - masker.push("a".repeat(1000)).length;
    expect(held).toBeLessThan(64 * 1024);
    masker.push(" \n\n");
  }
});
