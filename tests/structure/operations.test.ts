import { expect, test } from "vitest";
import { deref, type Body } from "../../scripts/generate/contract.ts";
import { operationsOf } from "../../scripts/generate/operations.ts";
import { contract, files } from "./repository.ts";

const document = contract();
const operations = operationsOf(document).map(({ tag, operationId, responses }) => ({
  operationId,
  handler: `handlers/${tag}/${operationId}.ts`,
  test: `tests/handlers/${tag}/${operationId}.test.ts`,
  problems: Object.entries(responses).filter(([status]) => /^[45]|default/.test(status)),
}));
const present = new Set(files);

test("every operation has its handler", () => {
  const missing = operations.map(({ handler }) => handler).filter((path) => !present.has(path));
  expect(missing, "write these handlers, or take the operation out of openapi.yaml").toEqual([]);
});

test("every handler belongs to an operation", () => {
  const known = new Set(operations.map(({ handler }) => handler));
  const found = files.filter((path) => path.startsWith("handlers/") && !path.includes(".gen."));
  const extra = found.filter((path) => !known.has(path));
  expect(
    extra,
    "a handler is named handlers/<first tag>/<operationId>.ts; declare it in openapi.yaml",
  ).toEqual([]);
});

test("every operation has its test", () => {
  const missing = operations.map((operation) => operation.test).filter((path) => !present.has(path));
  expect(missing, "write these tests: through the real router, with a negative twin").toEqual([]);
});

test("every operation lists its problems, the missing key first", () => {
  const silent = operations.filter(({ problems }) => !problems.some(([status]) => status === "401"));
  const names = silent.map(({ operationId }) => operationId);
  expect(names, "declare the problem responses of these operations, 401 among them").toEqual([]);
});

test("every failure is a problem+json", () => {
  const other = operations.flatMap(({ operationId, problems }) =>
    problems.flatMap(([status, response]) => {
      const types = Object.keys(deref<Body>(document, response).content ?? {});
      return types.join() === "application/problem+json" ? [] : [`${operationId} ${status}`];
    }),
  );
  expect(other, "answer these with application/problem+json only").toEqual([]);
});

test("every operation that changes something takes an idempotency key", () => {
  const changing = operationsOf(document).filter(({ route }) => route.method !== "GET");
  const forgetful = changing.filter(
    ({ route, responses }) => !route.headerParams.includes("Idempotency-Key") || !("422" in responses),
  );
  const names = forgetful.map(({ operationId }) => operationId);
  expect(changing.length).toBeGreaterThan(10);
  expect(names, "give these operations the IdempotencyKey parameter and the 422").toEqual([]);
});
