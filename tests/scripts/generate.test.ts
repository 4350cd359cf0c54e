import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const contract = readFileSync(join(root, "openapi.yaml"), "utf8");

/** Runs the generator on another contract. */
function generate(text: string): { status: number | null; said: string } {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-generate-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const path of ["packages/shared/src", "handlers"]) mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, "openapi.yaml"), text);
  const command = [join(root, "scripts/generate.ts"), "--root", folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  return { status, said: stdout + stderr };
}

/** The contract with one mistake in it, and the number of its line. */
function mistaken(right: string, wrong: string): { text: string; line: number } {
  const line = contract.slice(0, contract.indexOf(right)).split("\n").length;
  expect(contract).toContain(right);
  return { text: contract.replace(right, wrong), line };
}

const mistakes: { what: string; right: string; wrong: string; told: RegExp; lineAfter?: number }[] = [
  {
    what: "a mistyped $ref",
    right: "#/components/schemas/CreateSession",
    wrong: "#/components/schemas/CreateSesion",
    told: /there is nothing at #\/components\/schemas\/CreateSesion; is it mistyped\?/,
  },
  {
    what: "a $ref to a file that is not there",
    right: "#/components/schemas/CreateSession",
    wrong: "./other.yaml#/X",
    told: /nothing at .\/other.yaml#\/X/,
  },
  {
    what: "a mistake in the YAML",
    right: "summary: Start a conversation",
    wrong: "summary: Start: a conversation",
    told: /this is not YAML: /,
  },
  {
    what: "an operation without operationId",
    right: "operationId: createSession",
    wrong: "x-nothing: createSession",
    told: /POST \/v1\/sessions has no operationId/,
    lineAfter: -1,
  },
  {
    what: "an operation without a tag",
    right: "tags: [sessions]",
    wrong: "tags: []",
    told: /POST \/v1\/sessions has no tag/,
  },
];

test.each(mistakes)("$what is told with file, line and excerpt", ({ right, wrong, told, lineAfter = 0 }) => {
  const { text, line } = mistaken(right, wrong);
  const { status, said } = generate(text);
  expect([status, said]).toEqual([1, expect.stringMatching(told)]);
  const [, place] = /^openapi\.yaml:(\d+):\d+: /.exec(said) ?? [];
  expect(Number(place), said).toBe(line + lineAfter);
  const marked = said.split("\n").find((shown) => shown.startsWith(">")) ?? "";
  expect(marked).toContain(text.split("\n")[Number(place) - 1]?.slice(0, 100));
  expect(said).not.toMatch(/^\s+at /m);
});

test("a right contract is generated without a word of complaint", () => {
  const { status, said } = generate(contract);
  expect([status, said]).toEqual([0, expect.stringContaining("wrote handlers/registry.gen.ts")]);
});
