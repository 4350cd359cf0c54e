import { expect, test } from "vitest";
import { builtInAgentId } from "../../../lib/agent.ts";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { createSession, messagesOf } from "../../support/conversation.ts";
import { taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const remove = (agentId: string) => server.call("deleteAgent", { params: { agentId } });
const create = async () =>
  (await server.call("createAgent", { body: { name: "A", systemPrompt: "S" } })).body.id;

test("deleteAgent takes the profile", async () => {
  const agentId = await create();
  expect((await remove(agentId)).status).toBe(204);
  expectProblem(await server.call("getAgent", { params: { agentId } }), "not-found");
  expectProblem(await remove(agentId), "not-found");
});

test("deleteAgent lets its sessions go on with the built-in agent", async () => {
  const agentId = await create();
  const { id: sessionId } = await createSession(server, { agentId, model: "echo@scripted" });
  await remove(agentId);
  const sent = await server.call("sendMessage", { params: { sessionId }, body: { content: "Still there?" } });
  await taskIn(server, sent.body.task.id, "completed");
  expect(await messagesOf(server, sessionId)).toHaveLength(2);
});

test("deleteAgent leaves the built-in agent", async () => {
  expectProblem(await remove(builtInAgentId), "agent-built-in");
  expect((await server.call("getAgent", { params: { agentId: builtInAgentId } })).status).toBe(200);
});

test("deleteAgent finds no agent that is not there", async () => {
  expectProblem(await remove(unknownId("agt")), "not-found");
  expectProblem(await remove("all"), "invalid-request");
});

test("deleteAgent is for key holders only", async () => {
  const agentId = await create();
  const state = async () => (await server.call("getAgent", { params: { agentId } })).body;
  await expectRefusesStrangers(server, "deleteAgent", { request: { params: { agentId } }, state });
});
