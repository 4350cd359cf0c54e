import { expect, test } from "vitest";
import contract from "../../../packages/shared/src/contract.gen.json" with { type: "json" };
import { AppError } from "../../../lib/errors.ts";
import { readOperations } from "../../../lib/server/contract/contract.ts";
import { createValidation } from "../../../lib/server/contract/validation.ts";
import { cpuMsOf } from "../../support/time/cpu-time.ts";
import { key, raw, start } from "./start-server.ts";

const operations = readOperations(contract);

function refusalOf(check: () => unknown): AppError {
  try {
    check();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

test("every schema of the contract that a request meets can be compiled", () => {
  const validation = createValidation(contract);
  expect(operations.length).toBeGreaterThan(30);
  for (const operation of operations) {
    const parameters = { path: {}, query: { nonsense: "1" }, header: {} };
    expect(refusalOf(() => validation.parameters(operation, parameters)).code, operation.id).toBe(
      "invalid-request",
    );
  }
  for (const operation of operations.filter(({ takes }) => takes.includes("application/json"))) {
    const error = refusalOf(() => validation.body(operation, 5, 1));
    expect(error.code, operation.id).toBe("invalid-request");
  }
});

test("a huge body is refused for its first mistake, without a list of millions", async () => {
  const validation = createValidation(contract);
  const createSession = operations.find(({ id }) => id === "createSession");
  if (!createSession) throw new Error("The contract has no createSession.");
  const body = { message: { content: Array.from({ length: 500_000 }, () => 1) } };
  let error: AppError | undefined;
  const refuse = () => (error = refusalOf(() => validation.body(createSession, body, 1_000_000)));
  expect(await cpuMsOf(refuse)).toBeLessThan(1000);
  expect(error?.errors?.length).toBeLessThanOrEqual(20);
});

test("a target that is not ASCII is refused, since its bytes could mean any character", async () => {
  const { port } = await start({ handlers: { listSessions: () => ({ status: 200, body: {} }) } });
  const ask = (search: string) =>
    raw(
      port,
      Buffer.from(
        `GET /v1/sessions?search=${search} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\nConnection: close\r\n\r\n`,
      ),
    );
  expect(await ask("%C3%A9")).toMatch(/^HTTP\/1.1 200 /);
  expect(await ask("\u00e9")).toMatch(/^HTTP\/1.1 400 [\s\S]*invalid-request/);
});
