import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { converse, decide, messagesOf, say, toolResult, toolResults } from "../../../support/conversation.ts";
import { asks, calls, callsAll, says } from "../../../support/models/script.ts";
import { openTestStream } from "../../../support/clients/stream.ts";
import { eventsOf, eventWhere, pendingAction, taskIn, until } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { scratch } from "../../../support/workspaces.ts";

const server = useTestServer();
const settings = { autoApproveCommands: true };

test("an approval survives a restart, and its task goes on from there", async () => {
  const { workspaceId, folder } = await scratch(server);
  const { sessionId, taskId } = await converse(
    server,
    [calls("bash", { command: "echo x >> ran" }), says("End.")],
    { workspaceId },
  );
  const action = await pendingAction(server, sessionId);
  await server.restart();
  expect(await pendingAction(server, sessionId)).toEqual(action);
  expect((await server.call("getTask", { params: { taskId } })).body.state).toBe("waiting");
  await decide(server, sessionId, { type: "approve", actionId: action.id });
  await taskIn(server, taskId, "completed");
  expect(readFileSync(join(folder, "ran"), "utf8")).toBe("x\n");
  const required = (await eventsOf(server, sessionId)).filter(({ type }) => type === "action.required");
  expect(required).toHaveLength(1);
});

test("a question survives two restarts", async () => {
  const { sessionId, taskId } = await converse(server, [asks(), says("End.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  await server.restart();
  await server.restart();
  await decide(server, sessionId, { type: "respond", actionId, result: { colour: "Red" } });
  await taskIn(server, taskId, "completed");
  expect((await toolResult(server, sessionId)).output).toMatchObject({ answers: { colour: "Red" } });
});

test("a command that a stop cut is reported as interrupted and not run a second time", async () => {
  const { workspaceId, folder } = await scratch(server);
  const step = callsAll(
    ["bash", { command: "echo x >> ran; echo seen; sleep 100" }],
    ["bash", { command: "echo y >> ran" }],
  );
  const { sessionId, taskId } = await converse(server, [step, says("End.")], { workspaceId, settings });
  await until("the command runs", () => existsSync(join(folder, "ran")));
  await server.restart();
  await taskIn(server, taskId, "completed");
  const [cut, next] = await toolResults(server, sessionId);
  expect(cut).toMatchObject({
    isError: true,
    output: { success: false, message: expect.stringContaining("nterrupted") },
  });
  expect(JSON.stringify(cut)).toContain("seen");
  expect(next).toMatchObject({ isError: false });
  expect(readFileSync(join(folder, "ran"), "utf8")).toBe("x\ny\n");
});

test("an answer that a stop cut is given again, whole", async () => {
  const text = "All of this answer belongs together and none of it is missing.";
  const { sessionId, taskId } = await converse(server, [{ text, tokensPerSecond: 15 }]);
  await eventWhere(server, sessionId, ({ type }) => type === "token");
  await server.restart();
  await taskIn(server, taskId, "completed");
  const messages = await messagesOf(server, sessionId);
  expect(messages.map(({ content }) => content).at(-1)).toEqual([{ type: "text", text }]);
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
});

test("queued messages and a steering one survive a restart, in their order", async () => {
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: "true" }), says("First.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  const queued = await say(server, sessionId, [says("Second.")], { delivery: "queue" });
  await say(server, sessionId, [says("Steered.")]);
  await server.restart();
  await decide(server, sessionId, { type: "approve", actionId });
  await taskIn(server, taskId, "completed");
  await taskIn(server, queued.task.id, "completed");
  const messages = await messagesOf(server, sessionId);
  expect(messages.map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "tool",
    "user",
    "assistant",
    "user",
    "assistant",
  ]);
  const said = messages.flatMap(({ role, content }) =>
    role === "assistant" && content[0]?.type === "text" ? [content[0].text] : [],
  );
  expect(said).toEqual(["Steered.", "Second."]);
});

test("a person's own tool run survives a restart", async () => {
  const { workspaceId, folder } = await scratch(server);
  const { body: session } = await server.call("createSession", { body: { workspaceId } });
  const params = { sessionId: session.id, toolName: "writeFile" };
  const run = await server.call("runTool", { params, body: { input: { file_path: "a.txt", content: "A" } } });
  expect(run.status).toBe(202);
  await server.restart();
  await decide(server, session.id, { type: "approve", actionId: run.body.action?.id ?? "" });
  await taskIn(server, run.body.task.id, "completed");
  expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("A");
});

test("the log goes on after a restart: one strictly rising sequence, served from any old cursor", async () => {
  const { sessionId, taskId } = await converse(server, [says("Before.")]);
  await taskIn(server, taskId, "completed");
  const before = await eventsOf(server, sessionId);
  await server.restart();
  const next = await say(server, sessionId, [says("After.")]);
  await taskIn(server, next.task.id, "completed");
  const all = await eventsOf(server, sessionId);
  expect(all.slice(0, before.length)).toEqual(before);
  expect(all.map(({ id }) => id)).toEqual([...new Set(all.map(({ id }) => id))].sort());
  const stream = await openTestStream(server, sessionId, { lastEventId: before.at(-1)?.id ?? "" });
  await stream.waitFor("the last event", (frame) => "id" in frame && frame.id === all.at(-1)?.id);
  expect(stream.frames.flatMap((frame) => ("id" in frame ? [frame.id] : []))).toEqual(
    all.slice(before.length).map(({ id }) => id),
  );
  stream.close();
});

test("the answer to an idempotency key survives a restart", async () => {
  const request = { body: { title: "Once" }, headers: { "Idempotency-Key": "survives" } };
  const first = await server.call("createSession", request);
  await server.restart();
  expect((await server.call("createSession", request)).body).toEqual(first.body);
});
