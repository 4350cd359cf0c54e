import { expect, test } from "vitest";
import { problems } from "../../lib/errors.ts";
import { code, contract, linesMatching, read } from "./repository.ts";

const inTable = Object.keys(problems).sort();

test("the table of problems and the contract name the same codes", () => {
  const schema = contract().components?.["schemas"]?.["ProblemCode"] as { enum: string[] };
  expect(inTable, "lib/errors.ts and ProblemCode in openapi.yaml must name the same codes").toEqual(
    schema.enum.toSorted(),
  );
});

test("docs/problems.md explains every problem", () => {
  const page = read("docs/problems.md");
  const unexplained = inTable.filter((name) => !page.includes(`\`${name}\``));
  expect(unexplained, "explain these codes in docs/problems.md: what happened, what to do").toEqual([]);
});

test("every problem has the status of a failure", () => {
  const odd = Object.entries(problems).filter(([, { status }]) => !(status >= 400 && status < 600));
  expect(odd, "a problem's status is 4xx or 5xx").toEqual([]);
});

// What another server answered may be compared; what we answer comes from the table.
test("statuses of failures live only in the table", () => {
  const written = /\b(status|statusCode|code)\b["']?(\s*[:=]|\()\s*[45]\d\d\b/;
  const lib = code("lib").filter((path) => path !== "lib/errors.ts");
  const found = [...linesMatching(lib, written), ...linesMatching(code("handlers"), /\b[45]\d\d\b/)];
  expect(found, "throw AppError with a code; lib/errors.ts knows its status").toEqual([]);
});
