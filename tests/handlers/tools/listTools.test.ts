import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();

test("listTools names each tool with its effect and a closed schema of its input", async () => {
  const { status, body } = await server.call("listTools");
  expect(status).toBe(200);
  const effects = Object.fromEntries(body.items.map(({ name, effect }) => [name, effect]));
  expect(effects).toMatchObject({ readFile: "pure", editFile: "checkable", bash: "unsafe" });
  for (const { description, inputSchema } of body.items) {
    expect(description.length).toBeGreaterThan(20);
    expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
  }
});

test("listTools refuses a query it does not know", async () => {
  expectProblem(await server.call("listTools", { query: { limit: 1 } }), "invalid-request");
});

test("listTools is for key holders only", async () => {
  await expectRefusesStrangers(server, "listTools", { state: async () => null });
});
