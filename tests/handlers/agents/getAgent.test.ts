import { expect, test } from "vitest";
import { builtInAgentId } from "../../../lib/agent.ts";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const get = (agentId: string) => server.call("getAgent", { params: { agentId } });

test("getAgent reads the built-in agent, which is always there", async () => {
  const { status, body } = await get(builtInAgentId);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: builtInAgentId, builtIn: true, tools: null });
  expect(body.systemPrompt.length).toBeGreaterThan(100);
});

test("getAgent finds no agent that is not there", async () => {
  expectProblem(await get(unknownId("agt")), "not-found");
  expectProblem(await get("coder"), "invalid-request");
});

test("getAgent is for key holders only", async () => {
  await expectRefusesStrangers(server, "getAgent", {
    request: { params: { agentId: builtInAgentId } },
    state: async () => null,
  });
});
