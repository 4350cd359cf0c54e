import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, expectWorksOnce, unknownId } from "../../support/claims.ts";
import { converse, createSession, messagesOf, say } from "../../support/conversation.ts";
import { asks, says, script } from "../../support/models/script.ts";
import { eventsOf, taskIn } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const send = (sessionId: string, body: unknown) =>
  server.call("sendMessage", { params: { sessionId }, body });

test("sendMessage starts a task in an idle session", async () => {
  const { id } = await createSession(server);
  const { message, task } = await say(server, id, [says("Hello.")], { settings: { stepsMax: 5 } });
  expect(message).toMatchObject({ role: "user", taskId: task.id, position: null });
  expect(task).toMatchObject({ state: "queued", settings: { stepsMax: 5 } });
  await taskIn(server, task.id, "completed");
  expect((await messagesOf(server, id)).map(({ role }) => role)).toEqual(["user", "assistant"]);
});

test("sendMessage gives the cursor after which all that follows can be streamed", async () => {
  const { id } = await createSession(server);
  const { message, task, eventsAfter } = await say(server, id, [says("Hello.")]);
  await taskIn(server, task.id, "completed");
  const later = (await eventsOf(server, id)).filter((event) => event.id > eventsAfter);
  expect(later[0]).toMatchObject({ type: "message.created", data: { message: { id: message.id } } });
});

test("sendMessage steers the running task, and queues a task of its own when asked to", async () => {
  const { sessionId, taskId } = await converse(server, [asks(), says("End.")]);
  await taskIn(server, taskId, "waiting");
  const steered = (await send(sessionId, { content: "Faster" })).body;
  const queued = (await send(sessionId, { content: script(says("Later.")), delivery: "queue" })).body;
  expect(steered.task.id).toBe(taskId);
  expect(queued.task.id).not.toBe(taskId);
  expect(queued.task.state).toBe("queued");
});

test("sendMessage takes parts and files", async () => {
  const { id } = await createSession(server, { model: "echo@scripted" });
  const file = (await server.call("uploadFile", { query: { filename: "note.txt" }, body: "some text" })).body;
  const parts = [
    { type: "text", text: "See this" },
    { type: "file", fileId: file.id },
  ];
  const { status, body } = await send(id, { content: parts });
  expect(status).toBe(202);
  expect(body.message).toMatchObject({ content: parts, files: [file] });
  await taskIn(server, body.task.id, "completed");
});

test("sendMessage refuses when too many messages wait, and says when to come back", async () => {
  const { sessionId, taskId } = await converse(server, [asks()]);
  await taskIn(server, taskId, "waiting");
  for (let count = 0; count < 32; count++)
    expect((await send(sessionId, { content: `${count}` })).status).toBe(202);
  const refused = await send(sessionId, { content: "one too many" });
  expectProblem(refused, "queue-full");
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
});

test("sendMessage refuses a message no model could answer, and writes nothing", async () => {
  const { body } = await server.call("createSession", { body: {} });
  expectProblem(await send(body.id, { content: "Hello?" }), "model-not-configured");
  expect(await messagesOf(server, body.id)).toEqual([]);
});

test("sendMessage refuses what is not of the contract", async () => {
  const { id } = await createSession(server);
  const wrong = [{}, { content: "" }, { content: " \n" }, { content: [] }, { content: [{ type: "text" }] }];
  const more = [
    { content: "x", delivery: "later" },
    { content: "x", settings: { stepsMax: null } },
    { content: 7 },
  ];
  for (const body of [...wrong, ...more]) expectProblem(await send(id, body), "invalid-request");
  expectProblem(await send(id, { content: "x", fileIds: [unknownId("fil")] }), "not-found");
  expectProblem(await send(unknownId("ses"), { content: "x" }), "not-found");
  expect(await messagesOf(server, id)).toEqual([]);
});

test("sendMessage works once for each idempotency key", async () => {
  const { id: sessionId } = await createSession(server, { model: "echo@scripted" });
  await expectWorksOnce(server, "sendMessage", {
    request: { params: { sessionId }, body: { content: "Once" } },
    other: { params: { sessionId }, body: { content: "Twice" } },
    effects: async () => (await messagesOf(server, sessionId)).filter(({ role }) => role === "user").length,
  });
});

test("sendMessage is for key holders only", async () => {
  const { id: sessionId } = await createSession(server);
  const request = { params: { sessionId }, body: { content: "Hello" } };
  await expectRefusesStrangers(server, "sendMessage", {
    request,
    state: () => messagesOf(server, sessionId),
  });
});
