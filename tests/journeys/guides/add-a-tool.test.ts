import { afterAll, beforeAll, expect, test } from "vitest";
import { copyCheckout, type Checkout } from "../../support/guides/checkout.ts";
import { blocksOf, fileOf } from "../../support/guides/blocks.ts";

// The steps of the guide, in a copy of the checkout.
const page = "docs/guides/add-a-tool.md";
const [code] = blocksOf(page, "ts");
const [prompt] = blocksOf(page, "md");
const structure =
  "vitest run --project parts tests/structure/tools.test.ts tests/structure/durability.test.ts";

let checkout: Checkout;
beforeAll(() => void (checkout = copyCheckout()));
afterAll(() => checkout.remove());

/** Edits a file as the step says; fails where the file has no such place. */
function edit(path: string, place: string, text: string): void {
  const before = checkout.read(path);
  expect(before, `${path} has lost its place`).toContain(place);
  checkout.write(path, before.replace(place, text));
}

test("code and line alone are not enough: the gate misses the prompt and the row about crashes", async () => {
  expect(code && fileOf(code)).toBe("lib/tools/count-words.ts");
  checkout.write("lib/tools/count-words.ts", code?.text ?? "");
  edit(
    "lib/tools/index.ts",
    "import { editFile }",
    'import { countWords } from "./count-words.ts";\nimport { editFile }',
  );
  edit("lib/tools/index.ts", "  webFetch,\n];", "  webFetch,\n  countWords,\n];");
  const { exit, said } = await checkout.run(structure);
  expect(exit).not.toBe(0);
  expect(said).toContain("count-words.md");
});

test("with its prompt and its two rows the tool is offered, runs, and the gate is content", async () => {
  checkout.write("lib/tools/count-words.md", prompt?.text ?? "");
  const row = "| `countWords` | pure | runs again |";
  const durability = checkout.read("docs/durability.md");
  const last = /^\| `todoWrite` .*$/m.exec(durability)?.[0] ?? "no row of todoWrite";
  edit("docs/durability.md", last, `${last}\n${row}`);
  const expected =
    '  countWords: { required: ["text"], fields: ["text"], effect: "pure", asks: "never" },\n  webFetch:';
  edit("tests/lib/tools/toolbox.test.ts", "  webFetch:", expected);
  const claim = `
import { expect, test } from "vitest";
import { openRoom } from "./room.ts";

test("countWords counts what stands between blanks", async () => {
  expect(await openRoom().run("countWords", { text: " one  two " })).toMatchObject({ success: true, words: 2 });
});
`;
  checkout.write("tests/lib/tools/count-words.test.ts", claim);
  const own = "tests/lib/tools/toolbox.test.ts tests/lib/tools/count-words.test.ts";
  for (const line of ["npm run --silent types", `${structure} ${own}`]) {
    const { exit, said } = await checkout.run(line);
    expect(exit, said.slice(-3000)).toBe(0);
  }
  expect(checkout.changed().toSorted()).toEqual([
    "docs/durability.md",
    "lib/tools/count-words.md",
    "lib/tools/count-words.ts",
    "lib/tools/index.ts",
    "tests/lib/tools/count-words.test.ts",
    "tests/lib/tools/toolbox.test.ts",
  ]);
});
