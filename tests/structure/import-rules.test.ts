import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sourceFiles } from "../../scripts/source-files.ts";
import { breaches } from "./import-rules/breaches.ts";
import { cruise, type Cruise } from "./import-rules/cruise.ts";
import { layTree } from "./import-rules/tree.ts";

const root = join(import.meta.dirname, "../..");
const tree = mkdtempSync(join(tmpdir(), "import-rules-"));
afterAll(() => rmSync(tree, { recursive: true }));

/** The whole checkout: it takes seconds, more on a busy machine. */
let whole: Cruise;
const cruiseMs = 60_000;
beforeAll(() => void (whole = cruise(root)), cruiseMs);

/** Recordings, and a program that runs beside a client that is generated when it runs. */
const apart = /^tests\/(fixtures|generated-clients\/typescript)\//;

test("dependency-cruiser sees every source file", () => {
  const written = sourceFiles(root).filter((path) => /[.](ts|mjs)$/.test(path) && !apart.test(path));
  const seen = new Set(whole.modules.map(({ source }) => source));
  const missed = written.filter((path) => !seen.has(path));
  expect(
    missed,
    "dependency-cruiser skips files; check that `typescript` still gives it the old API",
  ).toEqual([]);
});

test(
  "each floor catches its breach and nothing else raises a false alarm",
  () => {
    layTree(root, tree);
    const caught = cruise(tree).summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
    const expected = breaches.map(({ rule, file }) => `${rule}: ${file}`);
    expect([...new Set(caught)].sort()).toEqual(expected.sort());
  },
  cruiseMs,
);

test("each floor has a breach that proves it", () => {
  const proven = new Set(breaches.map(({ rule }) => rule));
  const unproven = whole.summary.ruleSetUsed.forbidden
    .map(({ name }) => name)
    .filter((name) => !proven.has(name));
  expect(unproven, "write a breach of the new floor into tests/structure/import-rules/breaches.ts").toEqual(
    [],
  );
});
