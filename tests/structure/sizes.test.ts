import { expect, test } from "vitest";
import { quantile, topLevelFunctions } from "../../scripts/structure/functions.ts";
import { kinds, measureOversized, ratchetPath, readRatchet } from "../../scripts/structure/ratchet.ts";
import { code, files, read, root } from "./repository.ts";

const allowed = readRatchet(root);
const now = measureOversized(root);

test.each(kinds)("no %s grow over their limit", (kind) => {
  const grown = Object.entries(now[kind]).filter(([name, size]) => size > (allowed[kind][name] ?? 0));
  expect(grown, "split it where its subjects part; scripts/structure/ratchet.ts has the limits").toEqual([]);
});

test.each(kinds)("the ratchet of %s is as tight as it can be", (kind) => {
  const loose = Object.entries(allowed[kind]).filter(([name, size]) => size > (now[kind][name] ?? 0));
  expect(loose, `run \`npm run structure -- --turn\`: it lowers ${ratchetPath}`).toEqual([]);
});

test("nine of ten functions have at most 25 lines", () => {
  const product = code(
    "app",
    "lib",
    "handlers",
    "deploy",
    "scripts",
    "packages/cli/src",
    "packages/shared/src",
  );
  const lines = topLevelFunctions(root, product).map((measured) => measured.lines);
  expect(quantile(lines, 0.9), "give the parts of long functions names of their own").toBeLessThanOrEqual(25);
});

test("a structure test fits on a page", () => {
  const pages = files.filter((path) => /^tests\/structure\/[^/]+[.]test[.]ts$/.test(path));
  const long = pages.filter((path) => read(path).trimEnd().split("\n").length > 60);
  expect(long, "a structure test says one thing in under 60 lines").toEqual([]);
});
