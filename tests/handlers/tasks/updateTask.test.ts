import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, expectWorksOnce, unknownId } from "../../support/claims.ts";
import { converse, messagesOf, say } from "../../support/conversation.ts";
import { asks, calls, says } from "../../support/models/script.ts";
import { eventsOf, pendingAction, taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const update = (taskId: string, body: unknown) => server.call("updateTask", { params: { taskId }, body });

async function waiting() {
  const conversation = await converse(server, [asks(), calls("bash", { command: "echo ran" }), says("End.")]);
  await taskIn(server, conversation.taskId, "waiting");
  return conversation;
}

test("updateTask merges settings and never drops the rest", async () => {
  const { taskId } = await waiting();
  await update(taskId, { settings: { stepsMax: 20, autoApproveEdits: true } });
  const { status, body } = await update(taskId, { settings: { stepsMax: 30, reasoningEffort: "low" } });
  expect(status).toBe(200);
  expect(body.settings).toEqual({ stepsMax: 30, autoApproveEdits: true, reasoningEffort: "low" });
  expect((await update(taskId, { settings: { stepsMax: null } })).body.settings).toEqual({
    autoApproveEdits: true,
    reasoningEffort: "low",
  });
});

test("updateTask settings hold from the next step on", async () => {
  const { sessionId, taskId } = await waiting();
  await update(taskId, { settings: { autoApproveCommands: true } });
  const { id: actionId } = await pendingAction(server, sessionId);
  const body = { type: "respond", actionId, result: { colour: "Red" } };
  await server.call("createAction", { params: { sessionId }, body });
  await taskIn(server, taskId, "completed");
  expect(JSON.stringify(await messagesOf(server, sessionId))).toContain("ran\\n");
});

test("updateTask cancels: the decision is withdrawn, the call is answered, the next task works", async () => {
  const { sessionId, taskId } = await waiting();
  const { body } = await update(taskId, { state: "cancelled" });
  expect(body).toMatchObject({ state: "cancelled", error: null });
  expect(body.endedAt).not.toBeNull();
  expect((await server.call("listSessionActions", { params: { sessionId } })).body.items).toEqual([]);
  expect((await messagesOf(server, sessionId)).map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "tool",
  ]);
  const next = await say(server, sessionId, [says("Still here.")]);
  await taskIn(server, next.task.id, "completed");
});

test("updateTask refuses a task that has ended", async () => {
  const { taskId } = await waiting();
  await update(taskId, { state: "cancelled" });
  expectProblem(await update(taskId, { state: "cancelled" }), "task-ended");
  expectProblem(await update(taskId, { settings: { stepsMax: 5 } }), "task-ended");
});

test("updateTask refuses a model nobody configured, and what is not of the contract", async () => {
  const { taskId } = await waiting();
  expectProblem(await update(taskId, { settings: { model: "gpt@nowhere" } }), "model-not-configured");
  for (const body of [
    {},
    { state: "completed" },
    { settings: { steps: 1 } },
    { settings: { stepsMax: 501 } },
    { title: "x" },
  ])
    expectProblem(await update(taskId, body), "invalid-request");
  expectProblem(await update(unknownId("tsk"), { state: "cancelled" }), "not-found");
  expect((await server.call("getTask", { params: { taskId } })).body).toMatchObject({
    state: "waiting",
    settings: {},
  });
});

test("updateTask works once for each idempotency key", async () => {
  const { sessionId, taskId } = await waiting();
  await expectWorksOnce(server, "updateTask", {
    request: { params: { taskId }, body: { settings: { stepsMax: 11 } } },
    other: { params: { taskId }, body: { settings: { stepsMax: 12 } } },
    effects: async () =>
      (await eventsOf(server, sessionId)).filter(({ type }) => type === "task.updated").length,
  });
});

test("updateTask is for key holders only", async () => {
  const { taskId } = await waiting();
  const state = async () => (await server.call("getTask", { params: { taskId } })).body;
  const request = { params: { taskId }, body: { state: "cancelled" } };
  await expectRefusesStrangers(server, "updateTask", { request, state });
});
