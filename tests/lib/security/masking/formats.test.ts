import { createHash, randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { createMasking } from "../../../../lib/security/masking/masking.ts";
import { plantedKeys, plantedPrivateKey } from "../../../support/planted-keys.ts";

const mask = createMasking().of("formats");
const keys = plantedKeys();
/** Joined, so that no scanner takes this file for a leak. */
const begin = (kind: string) => `-----${"BEGIN"} ${kind}-----`;
const root = join(import.meta.dirname, "../../../..");

test.each(keys)("a $name is masked, and only that", ({ name, line, secret }) => {
  for (const text of [
    line,
    `a ${line} b`,
    `"${line}"`,
    `x\n${line}\ny`,
    `{"k":"v\\n${line}"}`,
    `\u001b[31m${line}`,
  ]) {
    const masked = mask.text(text);
    expect(masked).not.toContain(secret);
    expect(masked).toContain(`[masked: ${name}]`);
    expect(mask.text(masked), "a marker is no secret").toBe(masked);
  }
  expect(mask.text(`before ${line} after`)).toMatch(/^before .* after$/);
});

describe("a private key", () => {
  const { pem, middle } = plantedPrivateKey();
  const marker = "[masked: private key]";

  test.each([
    ["as a file", pem],
    ["with Windows line ends", pem.replaceAll("\n", "\r\n")],
    ["in JSON", JSON.stringify({ private_key: pem, next: 1 })],
    ["in a variable of one line", `KEY="${pem.trim().replaceAll("\n", "\\n")}"`],
    ["indented", pem.replaceAll(/^/gm, "    ")],
    ["in a diff", pem.replaceAll(/^/gm, "+")],
    ["with line numbers", pem.replaceAll(/^/gm, "  12\t")],
    ["joined by blanks", pem.trim().replaceAll("\n", " ")],
    ["without its end", pem.slice(0, 900)],
    ["with headings", pem.replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n")],
  ])("%s is masked", (_, text) => {
    const masked = mask.text(`first\n${text}\nlast line\n`);
    expect(masked).not.toContain(middle.slice(0, 40));
    expect(masked).toMatch(/[A-Za-z0-9+/]{40}/.test(masked) ? /never/ : /^first\n[^]*last line\n$/);
    expect(masked).toContain(marker);
  });

  test("keeps the number of lines, so that later lines keep theirs", () => {
    const masked = mask.text(`${pem}last`);
    expect(masked.split("\n").length).toBe(`${pem}last`.split("\n").length);
  });

  test("that is only mentioned stays", () => {
    const texts = [
      `if (text.includes("${begin("PRIVATE KEY")}")) return parse(text);`,
      `The file starts with ${begin("RSA PRIVATE KEY")} and then come lines.\nNext line.\n`,
      "-----BEGIN CERTIFICATE-----\nMIIBszCCARwCFGjKzB8xkWv8R0bqzY0Y2sZ0xkWv8R0bqzY0Y2sZ0abcdABCD0123\n-----END CERTIFICATE-----\n",
      "-----BEGIN PUBLIC KEY-----\nMIIBszCCARwCFGjKzB8xkWv8R0bqzY0Y2sZ0xkWv8R0bqzY0Y2sZ0abcdABCD0123\n-----END PUBLIC KEY-----\n",
    ];
    for (const text of texts) expect(mask.text(text)).toBe(text);
  });
});

test.each([
  ["a git hash", createHash("sha1").update("a").digest("hex")],
  ["a SHA-256", createHash("sha256").update("a").digest("hex")],
  ["UUIDs", Array.from({ length: 100 }, () => randomUUID()).join("\n")],
  ["a UUID after sk-", `sk-${randomUUID()}`],
  ["an integrity hash", `"integrity": "sha512-${randomBytes(64).toString("base64")}"`],
  ["an image in base64", `data:image/png;base64,${randomBytes(20_000).toString("base64")}`],
  [
    "a source map",
    `//# sourceMappingURL=data:application/json;base64,${Buffer.from('{"version":3,"file":"a.js"}'.repeat(50)).toString("base64")}`,
  ],
  [
    "words with sk-",
    "task-runner-with-a-long-name-12 risk-assessment-of-2024-and-2025 sk-fading-circle-dot-number-12",
  ],
  ["a CSS class", `.${"sk"}-circle-fade-dot-animation-delay-1s { animation: ${"sk"}-circle-fade 1.2s }`],
  [
    "names of npm variables",
    "npm_config_registry npm_lifecycle_event npm_package_dependencies_left_pad_with_more",
  ],
  ["placeholders", "Authorization: Bearer $TOKEN, Bearer <token>, Bearer YOUR_TOKEN_GOES_HERE_PLEASE"],
  [
    "addresses",
    "http://localhost:3000/a@b https://user@host/ ssh://git@host:22/x git@github.com:a/b.git http://[::1]:80/",
  ],
  ["passwords of examples", "postgres://user:password@localhost/db redis://x:${PASS}@h mysql://a:xxxx@h"],
  ["an AWS name without a secret", "aws_secret_access_key = os.environ['AWS_SECRET_ACCESS_KEY']"],
  ["a time with AA", "12:34:AA 99:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
  ["the lockfile of this project", readFileSync(join(root, "package-lock.json"), "utf8")],
  ["the contract", readFileSync(join(root, "openapi.yaml"), "utf8")],
  ["a bundled library", readFileSync(join(root, "node_modules/prettier/plugins/typescript.js"), "utf8")],
  ["a minified library", readFileSync(join(root, "node_modules/prettier/plugins/babel.mjs"), "utf8")],
])("%s survives", (_, text) => {
  expect(mask.text(text)).toBe(text);
});

test("time grows with the length of hostile text, not faster", () => {
  const pieces = [
    "sk-",
    "-----BEGIN ",
    "eyJ",
    "://a:",
    "secret_access_key ",
    "bearer ",
    ":AA",
    "ghp_a",
    `${begin("PRIVATE KEY")}\n`,
  ];
  for (const piece of pieces) {
    const steps = countSteps(piece.repeat(500));
    expect(countSteps(piece.repeat(2000)) / steps, piece).toBeLessThan(6);
  }
});

/** Characters that were looked at one by one: a number that does not depend on how busy the machine is. */
function countSteps(text: string): number {
  const counted = vi.spyOn(String.prototype, "charCodeAt");
  mask.text(text);
  const steps = counted.mock.calls.length;
  counted.mockRestore();
  return steps;
}
