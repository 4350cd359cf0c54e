import { expect, test } from "vitest";
import { createToolbox } from "../../lib/tools/index.ts";
import { read } from "./repository.ts";

const rows = [...read("docs/durability.md").matchAll(/^\| `(\w+)` +\| (pure|checkable|unsafe) +\|/gm)];
const told = rows.map(([, name, effect]) => ({ name, effect }));

test("docs/durability.md says of every tool what happens to its calls after a crash", () => {
  const tools = createToolbox().tools.map(({ name, effect }) => ({ name, effect }));
  const sorted = (list: { name?: string | undefined }[]) =>
    list.toSorted((one, other) => String(one.name).localeCompare(String(other.name)));
  expect(sorted(told), "correct its table").toEqual(sorted(tools));
});
