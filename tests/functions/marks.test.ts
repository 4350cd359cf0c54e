import { expect, test } from "vitest";
import type { OperationId } from "../../packages/shared/src/index.ts";
import { routes } from "../../packages/shared/src/index.ts";
import { documentedResponses } from "../support/contract.ts";
import { needOf, verdictOf } from "../support/function/judge.ts";
import type { CallOptions, TestAnswer } from "../support/server/server.ts";
import { useTestServer } from "../support/server/use-server.ts";
import { createWorld, examples, type World } from "../support/world.ts";

const server = useTestServer();
const world: World = createWorld(server);
const operations = Object.keys(routes) as OperationId[];

/** What of an operation that is marked in part needs the process. */
const parts: Partial<Record<OperationId, (world: World) => Promise<CallOptions>>> = {
  updateTask: async ({ waiting }) => ({
    params: { taskId: (await waiting()).taskId },
    body: { settings: { stepsMax: 7 }, state: "cancelled" },
  }),
};

test.each(operations)("a function does %s, or refuses it, as the contract marks it", async (operationId) => {
  const answer: TestAnswer = await server.call(operationId, await examples[operationId](world));
  expect(verdictOf(answer.headers)).toBe(needOf(operationId) === true ? "refused" : "answered");
});

test("what is marked in part is refused in part", async () => {
  const marked = operations.filter((operationId) => typeof needOf(operationId) === "object");
  expect(marked.toSorted()).toEqual(Object.keys(parts).toSorted());
  for (const [operationId, request] of Object.entries(parts)) {
    const { headers } = await server.call(operationId as OperationId, await request(world));
    expect([operationId, verdictOf(headers)]).toEqual([operationId, "refused"]);
  }
});

test("the contract documents 501 where it marks an operation, and nowhere else", () => {
  const documented = operations.filter((operationId) => "501" in documentedResponses(operationId));
  expect(documented).toEqual(operations.filter((operationId) => needOf(operationId) !== undefined));
});

test("what is not of the contract is refused as everywhere, before anybody asks for the process", async () => {
  const wrong = await server.call("createSession", { body: { nonsense: 1 } });
  expect([wrong.status, verdictOf(wrong.headers)]).toEqual([400, "answered"]);
  const stranger = await server.call("createSession", { body: {}, key: null });
  expect([stranger.status, verdictOf(stranger.headers)]).toEqual([401, "answered"]);
});
