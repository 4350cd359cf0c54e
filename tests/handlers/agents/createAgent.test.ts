import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, expectWorksOnce } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const create = (body: unknown) => server.call("createAgent", { body });
const count = async () => (await server.call("listAgents", { query: { limit: 200 } })).body.items.length;

test("createAgent adds a profile with everything it was told", async () => {
  const given = {
    name: "Reviewer",
    systemPrompt: "Review.",
    description: "Reads",
    model: "echo@scripted",
    tools: ["readFile"],
  };
  const { status, body } = await create(given);
  expect(status).toBe(201);
  expect(body).toMatchObject({ ...given, builtIn: false });
  expect((await server.call("getAgent", { params: { agentId: body.id } })).body).toEqual(body);
});

test("createAgent fills in what was left out", async () => {
  expect((await create({ name: "A", systemPrompt: "B" })).body).toMatchObject({
    description: "",
    model: null,
    tools: null,
  });
});

test("createAgent refuses what is not of the contract", async () => {
  const before = await count();
  const wrong = [
    {},
    { name: "A" },
    { name: " ", systemPrompt: "B" },
    { name: "A", systemPrompt: "" },
    { name: "A", systemPrompt: "B", model: null },
  ];
  for (const body of [
    ...wrong,
    { name: "A", systemPrompt: "B", tools: ["no tool"] },
    { name: "A", systemPrompt: "B", builtIn: true },
  ])
    expectProblem(await create(body), "invalid-request");
  expect(await count()).toBe(before);
});

test("createAgent works once for each idempotency key", async () => {
  await expectWorksOnce(server, "createAgent", {
    request: { body: { name: "Once", systemPrompt: "S" } },
    other: { body: { name: "Twice", systemPrompt: "S" } },
    effects: count,
  });
});

test("createAgent is for key holders only", async () => {
  const request = { body: { name: "A", systemPrompt: "B" } };
  await expectRefusesStrangers(server, "createAgent", { request, state: count });
});
