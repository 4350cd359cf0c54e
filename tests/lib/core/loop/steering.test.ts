import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { converse, decide, messagesOf, say, toolResults } from "../../../support/conversation.ts";
import { asks, calls, callsAll, says, script } from "../../../support/models/script.ts";
import { eventWhere, pendingAction, taskIn, until } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { scratch } from "../../../support/workspaces.ts";

const server = useTestServer();
const single = useTestServer({ env: { TALKCODY_RUNNING_TASKS_MAX: "1" } });
const settings = { autoApproveCommands: true };
const untilGo = "touch started; while [ ! -e go ]; do sleep 0.02; done";

test("a message is heard after the current tool; the calls that follow it are not run", async () => {
  const { workspaceId, folder } = await scratch(server);
  const step = callsAll(["bash", { command: untilGo }], ["bash", { command: "touch second" }]);
  const { sessionId, taskId } = await converse(server, [step, says("Not said.")], { workspaceId, settings });
  await until("the command runs", () => existsSync(join(folder, "started")));
  const steered = await say(server, sessionId, [says("As you wish.")]);
  expect(steered.task.id).toBe(taskId);
  writeFileSync(join(folder, "go"), "");
  await taskIn(server, taskId, "completed");
  const results = await toolResults(server, sessionId);
  expect(results.map(({ isError }) => isError)).toEqual([false, true]);
  expect(results[1]?.output.message).toContain("new message");
  expect(existsSync(join(folder, "second"))).toBe(false);
  const messages = await messagesOf(server, sessionId);
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user", "assistant"]);
  expect(messages.at(-1)?.content).toEqual([{ type: "text", text: "As you wish." }]);
  expect(messages.every((message) => message.taskId === taskId)).toBe(true);
});

test("a message that comes while the agent speaks is answered in the same task", async () => {
  const slow = { text: "one two three four five six seven eight nine ten", tokensPerSecond: 10 };
  const { sessionId, taskId } = await converse(server, [slow]);
  await eventWhere(server, sessionId, ({ type }) => type === "token");
  await say(server, sessionId, [says("Yes?")]);
  await taskIn(server, taskId, "completed");
  const texts = (await messagesOf(server, sessionId)).map(({ role, content }) => [role, content]);
  expect(texts.map(([role]) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  expect(texts.at(-1)?.[1]).toEqual([{ type: "text", text: "Yes?" }]);
});

test("queued messages become tasks of their own, in order, after the running one", async () => {
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: "true" }), says("First.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  const queued = [];
  for (const text of ["Second.", "Third."])
    queued.push(await say(server, sessionId, [says(text)], { delivery: "queue" }));
  expect(queued.map(({ task }) => task.state)).toEqual(["queued", "queued"]);
  await decide(server, sessionId, { type: "approve", actionId });
  const tasks = [taskId, ...queued.map(({ task }) => task.id)];
  const ended = [];
  for (const id of tasks) ended.push(await taskIn(server, id, "completed"));
  for (const [place, task] of ended.slice(1).entries())
    expect((task.startedAt ?? "") >= (ended[place]?.endedAt ?? "")).toBe(true);
  const said = (await messagesOf(server, sessionId)).filter(
    ({ role, content }) => role === "assistant" && content[0]?.type === "text",
  );
  expect(said.map(({ content }) => content[0])).toMatchObject([
    { text: "First." },
    { text: "Second." },
    { text: "Third." },
  ]);
});

test("a queued task that is cancelled is never started, and the next one is", async () => {
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: "true" })]);
  const { id: actionId } = await pendingAction(server, sessionId);
  const second = await say(server, sessionId, [says("Second.")], { delivery: "queue" });
  const third = await say(server, sessionId, [says("Third.")], { delivery: "queue" });
  await server.call("updateTask", { params: { taskId: second.task.id }, body: { state: "cancelled" } });
  await decide(server, sessionId, { type: "approve", actionId });
  await taskIn(server, taskId, "completed");
  await taskIn(server, third.task.id, "completed");
  expect((await server.call("getTask", { params: { taskId: second.task.id } })).body).toMatchObject({
    state: "cancelled",
    startedAt: null,
  });
  expect(
    JSON.stringify((await messagesOf(server, sessionId)).filter(({ role }) => role === "assistant")),
  ).not.toContain("Second.");
});

test("a message that comes while a decision is pending waits its turn and is shown in the queue", async () => {
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: "true" }), says("First.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  const content = script(says("Heard."));
  const { body } = await server.call("sendMessage", { params: { sessionId }, body: { content } });
  expect(body.message.position).toBeNull();
  await decide(server, sessionId, { type: "approve", actionId });
  await taskIn(server, taskId, "completed");
  const last = (await messagesOf(server, sessionId)).at(-1);
  expect(last?.content).toEqual([{ type: "text", text: "Heard." }]);
});

test("sessions work side by side", async () => {
  const { workspaceId, folder } = await scratch(server);
  const wait = calls("bash", { command: "while [ ! -e both ]; do sleep 0.02; done" });
  const one = await converse(server, [wait, says("End.")], { workspaceId, settings });
  const other = await converse(server, [calls("bash", { command: "touch both" }), says("End.")], {
    workspaceId,
    settings,
  });
  await taskIn(server, other.taskId, "completed");
  await taskIn(server, one.taskId, "completed");
  expect(existsSync(join(folder, "both"))).toBe(true);
});

test("no more tasks work at once than the server allows; those that wait for a person take no place", async () => {
  const waiting = await converse(single, [asks(), says("End.")]);
  const { id: actionId } = await pendingAction(single, waiting.sessionId);
  const { workspaceId, folder } = await scratch(single);
  const first = await converse(single, [calls("bash", { command: untilGo }), says("End.")], {
    workspaceId,
    settings,
  });
  await until("the first works", () => existsSync(join(folder, "started")));
  const second = await converse(single, [calls("bash", { command: "true" }), says("End.")], {
    workspaceId,
    settings,
  });
  const { body } = await single.call("getTask", { params: { taskId: second.taskId } });
  expect(body.state).toBe("queued");
  writeFileSync(join(folder, "go"), "");
  await taskIn(single, first.taskId, "completed");
  await taskIn(single, second.taskId, "completed");
  await single.restart();
  const third = await converse(single, [says("End.")]);
  await taskIn(single, third.taskId, "completed");
  await decide(single, waiting.sessionId, { type: "respond", actionId, result: { colour: "Red" } });
  await taskIn(single, waiting.taskId, "completed");
});
