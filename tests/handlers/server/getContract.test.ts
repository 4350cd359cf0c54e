import { expect, test } from "vitest";
import contract from "../../../packages/shared/src/contract.gen.json" with { type: "json" };
import { expectProblem, expectRefusesStrangers } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();

test("getContract serves the very contract the server was built from", async () => {
  const { status, body } = await server.call("getContract");
  expect(status).toBe(200);
  expect(body).toEqual(contract);
});

test("getContract refuses a body", async () => {
  const headers = { "content-length": "2" }; // Node says nothing of the length of a GET by itself.
  expectProblem(await server.call("getContract", { body: {}, headers }), "invalid-request");
});

test("getContract is for key holders only", async () => {
  await expectRefusesStrangers(server, "getContract", { state: async () => null });
});
