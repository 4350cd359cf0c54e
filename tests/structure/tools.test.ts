import { expect, test } from "vitest";
import { files, read } from "./repository.ts";

const imports = read("lib/tools/index.ts").matchAll(
  /^import (?!type\b)[^;]*? from "\.\/([a-z0-9-]+)\.ts";/gm,
);
const tools = [...imports].map(([, name]) => name);

test("lib/tools/index.ts lists tools", () => {
  expect(
    tools.length,
    "lib/tools/index.ts imports each tool from ./<tool>.ts, and nothing else but types",
  ).toBeGreaterThan(0);
});

test("every tool has its prompt beside it", () => {
  const prompts = tools.map((name) => `lib/tools/${name}.md`);
  const mute = prompts.filter((path) => !files.includes(path) || read(path).trim() === "");
  expect(mute, "write what the model must know to use the tool").toEqual([]);
});

test("every prompt belongs to a listed tool", () => {
  const prompts = files.flatMap((path) => /^lib\/tools\/([^/]+)\.md$/.exec(path)?.[1] ?? []);
  const lost = prompts.filter((name) => !tools.includes(name));
  expect(lost, "list the tool in lib/tools/index.ts or delete its prompt").toEqual([]);
});
