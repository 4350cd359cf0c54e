import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, expectWorksOnce, unknownId } from "../../support/claims.ts";
import { converse, createSession, decide, toolResult } from "../../support/conversation.ts";
import { asks, calls, says, type Step } from "../../support/models/script.ts";
import { eventsOf, pendingAction, taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const command = calls("bash", { command: "echo hello" });

async function waiting(step: Step) {
  const conversation = await converse(server, [step, says("End.")]);
  return { ...conversation, action: await pendingAction(server, conversation.sessionId) };
}

test("createAction approves, and the task goes on", async () => {
  const { sessionId, taskId, action } = await waiting(command);
  const { status, body } = await decide(server, sessionId, { type: "approve", actionId: action.id });
  expect(status).toBe(200);
  expect(body.action).toMatchObject({ state: "approved", resolvedBy: "person" });
  expect(body.task).toMatchObject({ id: taskId, state: "running" });
  await taskIn(server, taskId, "completed");
  expect(await toolResult(server, sessionId)).toMatchObject({
    isError: false,
    output: { output: "hello\n" },
  });
});

test("createAction rejects with a reason the model reads, and nothing runs", async () => {
  const { sessionId, taskId, action } = await waiting(command);
  const request = { type: "reject" as const, actionId: action.id, reason: "Too loud" };
  expect((await decide(server, sessionId, request)).body.action).toMatchObject({
    state: "rejected",
    reason: "Too loud",
  });
  await taskIn(server, taskId, "completed");
  const { isError, output } = await toolResult(server, sessionId);
  expect(isError).toBe(true);
  expect(output.message).toContain("Too loud");
  expect(output).not.toHaveProperty("exit_code");
});

test("createAction approves a changed command, which runs instead", async () => {
  const { sessionId, taskId, action } = await waiting(command);
  const input = { command: "echo other" };
  await decide(server, sessionId, { type: "approve", actionId: action.id, input });
  await taskIn(server, taskId, "completed");
  expect((await toolResult(server, sessionId)).output).toMatchObject({ output: "other\n" });
});

test("createAction refuses a changed input that the tool would refuse, and the action stays open", async () => {
  const { sessionId, action } = await waiting(command);
  for (const input of [{}, { command: 7 }, { command: "ls", sudo: true }])
    expectProblem(
      await decide(server, sessionId, { type: "approve", actionId: action.id, input }),
      "invalid-request",
    );
  expect((await pendingAction(server, sessionId)).id).toBe(action.id);
});

test("createAction answers questions", async () => {
  const { sessionId, taskId, action } = await waiting(asks("colour"));
  const request = { type: "respond" as const, actionId: action.id, result: { colour: "Blue" } };
  expect((await decide(server, sessionId, request)).body.action).toMatchObject({
    state: "answered",
    result: { colour: "Blue" },
  });
  await taskIn(server, taskId, "completed");
  expect((await toolResult(server, sessionId)).output).toMatchObject({ answers: { colour: "Blue" } });
});

test("createAction refuses what does not fit the action", async () => {
  const question = await waiting(asks());
  const actionId = question.action.id;
  for (const request of [
    { type: "approve" as const, actionId },
    { type: "respond" as const, actionId, result: {} },
    { type: "respond" as const, actionId, result: { colour: 7 } },
    { type: "respond" as const, actionId, result: { colour: "Red", size: "L" } },
  ])
    expectProblem(await decide(server, question.sessionId, request), "action-mismatch");
  const approval = await waiting(command);
  const respond = { type: "respond" as const, actionId: approval.action.id, result: { yes: "yes" } };
  expectProblem(await decide(server, approval.sessionId, respond), "action-mismatch");
});

test("createAction decides once; whoever comes later hears that it was decided", async () => {
  const { sessionId, action } = await waiting(command);
  await decide(server, sessionId, { type: "reject", actionId: action.id });
  expectProblem(await decide(server, sessionId, { type: "approve", actionId: action.id }), "action-decided");
  expectProblem(await decide(server, sessionId, { type: "reject", actionId: action.id }), "action-decided");
});

test("createAction cancels the running task, or the one that is named", async () => {
  const first = await waiting(command);
  const cancelled = await decide(server, first.sessionId, { type: "cancel" });
  expect(cancelled.body).toMatchObject({ action: null, task: { id: first.taskId, state: "cancelled" } });
  const second = await waiting(command);
  const named = await decide(server, second.sessionId, { type: "cancel", taskId: second.taskId });
  expect(named.body.task.state).toBe("cancelled");
  expectProblem(
    await decide(server, second.sessionId, { type: "cancel", taskId: second.taskId }),
    "task-ended",
  );
  expectProblem(await decide(server, second.sessionId, { type: "cancel" }), "task-ended");
});

test("createAction knows only the actions and tasks of its session", async () => {
  const { sessionId, action, taskId } = await waiting(command);
  const other = await createSession(server);
  expectProblem(await decide(server, other.id, { type: "approve", actionId: action.id }), "not-found");
  expectProblem(await decide(server, other.id, { type: "cancel", taskId }), "not-found");
  expectProblem(
    await decide(server, sessionId, { type: "approve", actionId: unknownId("act") }),
    "not-found",
  );
  expectProblem(await decide(server, unknownId("ses"), { type: "cancel" }), "not-found");
  expect((await pendingAction(server, sessionId)).id).toBe(action.id);
});

test("createAction refuses what is not of the contract", async () => {
  const { sessionId, action } = await waiting(command);
  const wrong = [
    {},
    { type: "maybe", actionId: action.id },
    { type: "approve" },
    { type: "approve", actionId: action.id, scope: "ever" },
  ];
  for (const body of [...wrong, { type: "respond", actionId: action.id }])
    expectProblem(await server.call("createAction", { params: { sessionId }, body }), "invalid-request");
});

test("createAction works once for each idempotency key", async () => {
  const { sessionId, action } = await waiting(command);
  await expectWorksOnce(server, "createAction", {
    request: { params: { sessionId }, body: { type: "approve", actionId: action.id } },
    other: { params: { sessionId }, body: { type: "reject", actionId: action.id } },
    effects: async () =>
      (await eventsOf(server, sessionId)).filter(({ type }) => type === "action.resolved").length,
  });
});

test("createAction is for key holders only", async () => {
  const { sessionId, action } = await waiting(command);
  const request = { params: { sessionId }, body: { type: "approve", actionId: action.id } };
  await expectRefusesStrangers(server, "createAction", {
    request,
    state: () => pendingAction(server, sessionId),
  });
});
