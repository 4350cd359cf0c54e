import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { converse, messagesOf, say, toolResults } from "../../../support/conversation.ts";
import { processesWith } from "../../../support/server/processes.ts";
import { calls, callsAll, says } from "../../../support/models/script.ts";
import { eventsOf, eventWhere, taskIn, until } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { scratch } from "../../../support/workspaces.ts";

const server = useTestServer();
const settings = { autoApproveCommands: true };
const cancel = (taskId: string) =>
  server.call("updateTask", { params: { taskId }, body: { state: "cancelled" } });
const isAlive = (marker: string) => processesWith(`sleep ${marker}`).length > 0;
const calledAndAnswered = async (sessionId: string) => {
  const parts = (await messagesOf(server, sessionId)).flatMap(({ content }) => content);
  const ids = (type: string) =>
    parts.flatMap((part) => (part.type === type && "toolCallId" in part ? [part.toolCallId] : []));
  return [ids("tool-call"), ids("tool-result")];
};

test("a cancelled task stops speaking; what it said stays, and the next task works", async () => {
  const { sessionId, taskId } = await converse(server, [{ tokens: 10_000, tokensPerSecond: 200 }]);
  await eventWhere(server, sessionId, ({ type }) => type === "token");
  await cancel(taskId);
  const after = (await eventsOf(server, sessionId)).length;
  const [, partial] = await messagesOf(server, sessionId);
  expect(partial).toMatchObject({ role: "assistant", content: [{ type: "text" }] });
  await until("a moment has gone by", async () => (await new Promise((done) => setTimeout(done, 100)), true));
  expect(await eventsOf(server, sessionId)).toHaveLength(after);
  const next = await say(server, sessionId, [says("Here.")]);
  await taskIn(server, next.task.id, "completed");
});

test("a cancelled command is gone with everything it had started", async () => {
  const { workspaceId, folder } = await scratch(server);
  const marker = `${Math.floor(1_000_000 + Math.random() * 8_000_000)}`;
  const command = `(sleep ${marker} & sleep ${marker}) & touch started; sleep ${marker}`;
  const { sessionId, taskId } = await converse(server, [calls("bash", { command })], {
    workspaceId,
    settings,
  });
  await until("the command runs", () => existsSync(join(folder, "started")) && isAlive(marker));
  await cancel(taskId);
  await until("no process is left", () => !isAlive(marker));
  const [called, answered] = await calledAndAnswered(sessionId);
  expect(answered).toEqual(called);
  const [result] = await toolResults(server, sessionId);
  expect(result).toMatchObject({
    isError: true,
    output: { message: expect.stringContaining("the command was ended, with everything it had started") },
  });
});

test("a cancelled task has every tool call answered: done, cut, or never run", async () => {
  const { workspaceId, folder } = await scratch(server);
  const step = callsAll(
    ["bash", { command: "echo done" }],
    ["bash", { command: "touch started; sleep 100" }],
    ["bash", { command: "touch never" }],
  );
  const { sessionId, taskId } = await converse(server, [step], { workspaceId, settings });
  await until("the second command runs", () => existsSync(join(folder, "started")));
  await cancel(taskId);
  const results = await toolResults(server, sessionId);
  expect(results.map(({ isError }) => isError)).toEqual([false, true, true]);
  expect(results[2]?.output.message).toContain("Not run");
  const told = (await eventsOf(server, sessionId)).filter(({ type }) => type === "tool.result");
  expect(told).toHaveLength(3);
  const next = await say(server, sessionId, [says("Still here.")]);
  await taskIn(server, next.task.id, "completed");
  expect(existsSync(join(folder, "never"))).toBe(false);
});

test("a cancelled task stays cancelled, whatever its tools still say", async () => {
  const { workspaceId, folder } = await scratch(server);
  const command = "trap 'echo late; exit 0' TERM; touch started; while :; do sleep 0.05; done";
  const { sessionId, taskId } = await converse(server, [calls("bash", { command })], {
    workspaceId,
    settings,
  });
  await until("the command runs", () => existsSync(join(folder, "started")));
  await cancel(taskId);
  const events = await eventsOf(server, sessionId);
  await until("a moment has gone by", async () => (await new Promise((done) => setTimeout(done, 300)), true));
  expect(await eventsOf(server, sessionId)).toEqual(events);
  expect((await server.call("getTask", { params: { taskId } })).body.state).toBe("cancelled");
});

test("a task that is cancelled while it waits to try again lets go at once", async () => {
  const failing = { fail: { failure: "rate-limited" as const, retryAfterMs: 60_000 } };
  const { sessionId, taskId } = await converse(server, [failing]);
  await eventWhere(
    server,
    sessionId,
    (event) => event.type === "status" && event.data.detail.includes("Trying again"),
  );
  await cancel(taskId);
  const next = await say(server, sessionId, [says("Here.")]);
  await taskIn(server, next.task.id, "completed");
  expect((await server.call("getTask", { params: { taskId } })).body.error).toBeNull();
});

test("a task that is cancelled while its repository is being cloned never starts to work", async () => {
  const { sessionId, taskId } = await converse(server, [says("Never said.")]);
  const cancelled = await cancel(taskId);
  expect(cancelled.status === 200 || cancelled.problem.code === "task-ended").toBe(true);
  const { state } = (await server.call("getTask", { params: { taskId } })).body;
  const said = (await messagesOf(server, sessionId)).filter(({ role }) => role === "assistant");
  expect(said.length).toBe(state === "cancelled" ? 0 : 1);
});
