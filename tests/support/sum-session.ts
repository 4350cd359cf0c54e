import type { Said } from "./models/model-streams.ts";

/** A repository whose test fails. */
export const files = {
  "package.json": '{ "name": "sum", "version": "1.0.0", "type": "module" }\n',
  "sum.js": "export function sum(a, b) {\n  return a - b;\n}\n",
  "sum.test.js":
    'import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { sum } from "./sum.js";\n\ntest("adds", () => assert.equal(sum(2, 3), 5));\n',
};
/** Long, and not only ASCII: a cut may fall into the middle of a character. */
export const lastWords = Array.from({ length: 1500 }, (_, index) => `Wört${index} läuft 🦊 – “fine”`).join(
  " ",
);
export const edits = [{ old_string: "return a - b;", new_string: "return a + b;" }];
export const answers: Said[] = [
  {
    reasoning: "First I read it.",
    text: "I read the function first.",
    calls: [{ id: "call-1", name: "readFile", input: { file_path: "sum.js" } }],
  },
  {
    text: "It subtracts.",
    calls: [{ id: "call-2", name: "editFile", input: { file_path: "sum.js", edits } }],
  },
  {
    text: "Now the test.",
    calls: [{ id: "call-3", name: "bash", input: { command: "node --test" } }],
  },
  { text: lastWords },
];
export const usage = { input: 1000, output: 50, cached: 100 };
