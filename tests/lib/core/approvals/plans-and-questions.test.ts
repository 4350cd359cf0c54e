import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { converse, decide, toolResult, toolResults } from "../../../support/conversation.ts";
import { asks, calls, says } from "../../../support/models/script.ts";
import { eventsOf, pendingAction, taskIn } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { scratch } from "../../../support/workspaces.ts";

const server = useTestServer();
const plan = calls("exitPlanMode", { plan: "1. Touch x." });
const touch = calls("bash", { command: "touch x" });
const isThere = (folder: string) => existsSync(join(folder, "x"));

async function planning(settings: Record<string, boolean> = {}, steps = [touch, plan, touch, says("End.")]) {
  const { workspaceId, folder } = await scratch(server);
  const all = { planMode: true, autoApproveCommands: true, ...settings };
  return { folder, ...(await converse(server, steps, { workspaceId, settings: all })) };
}

test("in plan mode the server lets nothing be changed until the plan is approved", async () => {
  const { sessionId, taskId, folder } = await planning();
  const action = await pendingAction(server, sessionId);
  expect(action).toMatchObject({ type: "plan", preview: "1. Touch x." });
  const [refused] = (await eventsOf(server, sessionId)).filter(({ type }) => type === "tool.result");
  expect(refused).toMatchObject({ data: { toolName: "bash", isError: true } });
  expect(isThere(folder)).toBe(false);
  await decide(server, sessionId, { type: "approve", actionId: action.id });
  const task = await taskIn(server, taskId, "completed");
  expect(task.settings).toMatchObject({ planMode: false });
  expect((await toolResults(server, sessionId)).map(({ isError }) => isError)).toEqual([true, false, false]);
  expect(isThere(folder)).toBe(true);
});

test("a rejected plan keeps plan mode on", async () => {
  const { sessionId, taskId, folder } = await planning();
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "reject", actionId, reason: "Smaller steps" });
  await taskIn(server, taskId, "completed");
  const results = await toolResults(server, sessionId);
  expect(results.map(({ isError }) => isError)).toEqual([true, true, true]);
  expect(results[1]?.output.message).toContain("Smaller steps");
  expect(isThere(folder)).toBe(false);
});

test("an edited plan reaches the model as the user wants it, and counts as approved", async () => {
  const { sessionId, taskId, folder } = await planning();
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "respond", actionId, result: { plan: "1. Touch x gently." } });
  await taskIn(server, taskId, "completed");
  expect((await toolResults(server, sessionId))[1]?.output).toMatchObject({ plan: "1. Touch x gently." });
  expect(isThere(folder)).toBe(true);
});

test("with autoApprovePlan the server approves the plan itself, and the decision is on record", async () => {
  const { sessionId, taskId, folder } = await planning({ autoApprovePlan: true });
  await taskIn(server, taskId, "completed");
  const told = (await eventsOf(server, sessionId)).filter(({ type }) => type.startsWith("action."));
  expect(told.map(({ type }) => type)).toEqual(["action.required", "action.resolved"]);
  expect(told[1]).toMatchObject({ data: { action: { state: "approved", resolvedBy: "policy" } } });
  expect(isThere(folder)).toBe(true);
});

test("an approved plan ends plan mode for its task only", async () => {
  const { sessionId, taskId } = await planning({ autoApprovePlan: true });
  await taskIn(server, taskId, "completed");
  expect((await server.call("getSession", { params: { sessionId } })).body.settings.planMode).toBe(true);
});

test("a person's own tool is held back by plan mode as well", async () => {
  const { sessionId, taskId, folder } = await planning({}, [says("Nothing.")]);
  await taskIn(server, taskId, "completed");
  const params = { sessionId, toolName: "bash" };
  const { body } = await server.call("runTool", { params, body: { input: { command: "touch x" } } });
  expect(body.isError).toBe(true);
  expect(isThere(folder)).toBe(false);
});

test("an answer reaches the model, be it a label, several, or words of one's own", async () => {
  for (const answer of ["Red", ["Red", "Blue"], "something else entirely"]) {
    const { sessionId, taskId } = await converse(server, [asks("colour"), says("End.")]);
    const { id: actionId } = await pendingAction(server, sessionId);
    await decide(server, sessionId, { type: "respond", actionId, result: { colour: answer } });
    await taskIn(server, taskId, "completed");
    expect((await toolResult(server, sessionId)).output).toMatchObject({
      success: true,
      answers: { colour: answer },
    });
  }
});

test("a question a person declined to answer is told so, and the task goes on", async () => {
  const { sessionId, taskId } = await converse(server, [asks(), says("End.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "reject", actionId, reason: "Find out yourself" });
  await taskIn(server, taskId, "completed");
  expect((await toolResult(server, sessionId)).output.message).toContain("Find out yourself");
});

test("a question named like a property of every object is answered like any other", async () => {
  const { sessionId, taskId } = await converse(server, [asks("constructor"), says("End.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  const missing = await decide(server, sessionId, { type: "respond", actionId, result: {} });
  expect(missing.problem.code).toBe("action-mismatch");
  await decide(server, sessionId, { type: "respond", actionId, result: { constructor: "Red" } });
  await taskIn(server, taskId, "completed");
  expect((await toolResult(server, sessionId)).output).toMatchObject({ answers: { constructor: "Red" } });
});
