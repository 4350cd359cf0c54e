import { afterAll, beforeAll, expect, test } from "vitest";
import { copyCheckout, type Checkout } from "../../support/guides/checkout.ts";
import { blocksOf, fileOf } from "../../support/guides/blocks.ts";

// The guide, followed word by word in a copy of the checkout.
const page = "docs/guides/add-an-endpoint.md";
const [contract] = blocksOf(page, "yaml");
const [handler, handlerTest] = blocksOf(page, "ts");
const [generate, commands] = blocksOf(page, "sh");

let checkout: Checkout;
beforeAll(() => void (checkout = copyCheckout()));
afterAll(() => checkout.remove());

async function expectPasses(line: string): Promise<void> {
  const { exit, said } = await checkout.run(line);
  expect(exit, `${line}\n${said.slice(-3000)}`).toBe(0);
}

function write(block: typeof handler): void {
  if (block === undefined) throw new Error(`${page} has lost a block.`);
  checkout.write(fileOf(block) ?? "", block.text);
}

test("the operation in the contract alone fails the type check, and says what is missing", async () => {
  const indented = contract?.text.trimEnd().replace(/^/gm, "  ") ?? "";
  const before = checkout.read("openapi.yaml");
  checkout.write("openapi.yaml", before.replace("\ncomponents:\n", `${indented}\n\ncomponents:\n`));
  await expectPasses(generate?.text ?? "");
  const { exit, said } = await checkout.run("npm run --silent types");
  expect([exit, said]).toEqual([expect.any(Number), expect.stringContaining("sessions/getSessionUsage.ts")]);
  expect(exit).not.toBe(0);
});

test("with the handler the types are right, and the gate misses the test", async () => {
  write(handler);
  await expectPasses("npm run --silent types");
  const { exit, said } = await checkout.run("vitest run --project parts operations.test.ts");
  expect(exit).not.toBe(0);
  expect(said).toContain("tests/handlers/sessions/getSessionUsage.test.ts");
});

test("three files are all: its test, the contract tests and the gate pass", async () => {
  write(handlerTest);
  const [types, own, gate] = commands?.text.trim().split("\n") ?? [];
  await expectPasses(`${types}\n${own}`);
  const structure = ["operations", "problems", "sizes", "tidy", "docs"].map((name) => `/${name}.test.ts`);
  await expectPasses(`vitest run --project parts ${structure.join(" ")}`);
  await expectPasses("vitest run --project requests tests/contract -t getSessionUsage");
  expect(gate).toBe("npm run check");
  await expectPasses(`${gate} -- --without tests --without imports`);
  expect(checkout.changed().toSorted()).toEqual([
    "handlers/sessions/getSessionUsage.ts",
    "openapi.yaml",
    "tests/handlers/sessions/getSessionUsage.test.ts",
  ]);
});
