import { expect, test } from "vitest";
import { allowedSizes, linesMax, oversized, sizesPath } from "../../scripts/generate/sizes.ts";
import { files, read, root } from "./repository.ts";

const allowed = allowedSizes(root);
const needed = oversized(root);

test("no file grows over the line", () => {
  const grown = [...needed].filter(([path, lines]) => lines > (allowed[path] ?? linesMax));
  const what = `over ${linesMax} lines, or over its size in ${sizesPath}: split it along its tangles`;
  expect(grown, what).toEqual([]);
});

test("a file that shrank keeps its new size", () => {
  const loose = Object.entries(allowed).filter(([path, lines]) => lines > (needed.get(path) ?? 0));
  expect(loose, "run `npm run generate -- --sizes`, which only ever lowers them").toEqual([]);
});

test("a house test fits on a page", () => {
  const pages = files.filter((path) => /^tests\/house\/[^/]+[.]test[.]ts$/.test(path));
  const long = pages.filter((path) => read(path).trimEnd().split("\n").length > 60);
  expect(long, "a house test says one thing in under 60 lines").toEqual([]);
});
