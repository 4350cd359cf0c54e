import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { routes, type OperationId } from "../../packages/shared/src/index.ts";
import { needOf } from "../support/function/judge.ts";
import { root } from "../support/server/server-process.ts";

const guide = readFileSync(join(root, "docs/guides/functions.md"), "utf8");

test("the guide to functions names what the contract marks, and nothing else", () => {
  const [table = ""] = /^\| refused[\s\S]*?\n\n/m.exec(guide) ?? [];
  const operations = Object.keys(routes) as OperationId[];
  const named = operations.filter((operationId) => table.includes(`\`${operationId}\``));
  expect(named.toSorted()).toEqual(operations.filter((one) => needOf(one) !== undefined).toSorted());
});
