import { expect, test } from "vitest";
import { builtInAgentId } from "../../../lib/agent.ts";
import { expectProblem, expectRefusesStrangers, expectWorksOnce, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const update = (agentId: string, body: unknown) => server.call("updateAgent", { params: { agentId }, body });
const read = async (agentId: string) => (await server.call("getAgent", { params: { agentId } })).body;
const create = async () => {
  const body = { name: "A", systemPrompt: "S", description: "D", model: "echo@scripted", tools: ["bash"] };
  return (await server.call("createAgent", { body })).body;
};

test("updateAgent changes what it names and leaves the rest", async () => {
  const agent = await create();
  const { status, body } = await update(agent.id, { name: "B" });
  expect(status).toBe(200);
  expect(body).toEqual({ ...agent, name: "B", updatedAt: body.updatedAt });
  expect(await read(agent.id)).toEqual(body);
});

test("updateAgent takes model and tools back with null", async () => {
  const agent = await create();
  expect((await update(agent.id, { model: null, tools: null })).body).toMatchObject({
    model: null,
    tools: null,
    name: "A",
  });
});

test("updateAgent leaves the built-in agent as it is", async () => {
  const before = await read(builtInAgentId);
  expectProblem(await update(builtInAgentId, { name: "Mine" }), "agent-built-in");
  expect(await read(builtInAgentId)).toEqual(before);
});

test("updateAgent refuses what is not of the contract", async () => {
  const { id } = await create();
  for (const body of [{}, { name: null }, { systemPrompt: "" }, { id: "x" }, { tools: "bash" }])
    expectProblem(await update(id, body), "invalid-request");
  expectProblem(await update(unknownId("agt"), { name: "B" }), "not-found");
});

test("updateAgent answers the same again under the same key, and another change is refused", async () => {
  const { id: agentId } = await create();
  const names: string[] = [];
  await expectWorksOnce(server, "updateAgent", {
    request: { params: { agentId }, body: { name: "Once" } },
    other: { params: { agentId }, body: { name: "Twice" } },
    effects: async () => {
      const { name } = await read(agentId);
      if (names.at(-1) !== name) names.push(name);
      return names.length;
    },
  });
});

test("updateAgent is for key holders only", async () => {
  const { id: agentId } = await create();
  const request = { params: { agentId }, body: { name: "Stolen" } };
  await expectRefusesStrangers(server, "updateAgent", { request, state: () => read(agentId) });
});
