import { expect, test } from "vitest";
import { longestChain, readImports } from "../../scripts/structure/imports.ts";
import { root } from "./repository.ts";

/** Files on the longest way from the program down; a newcomer follows it step by step. */
const chainMax = 20;

test(`no chain of imports is longer than ${chainMax} files`, () => {
  const chain = longestChain(readImports(root), "app/start.mjs", (path) =>
    /^(app|lib|handlers|packages)\//.test(path),
  );
  expect(chain.length).toBeGreaterThan(5);
  expect(chain.slice(chainMax), `too deep:\n${chain.join("\n")}`).toEqual([]);
});
