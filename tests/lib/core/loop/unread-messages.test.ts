import { afterAll, beforeAll, expect, test } from "vitest";
import { expectProblem } from "../../../support/claims.ts";
import { converse, decide, messagesOf, say } from "../../../support/conversation.ts";
import { atRest, expectSameAsStored, follow } from "../../../support/clients/follower.ts";
import { calls, says, script, type Step } from "../../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../../support/server/server-process.ts";
import { eventWhere, pendingAction, taskIn, until } from "../../../support/until.ts";

let server: ServerProcess;
beforeAll(async () => void (server = await startServerProcess()));
afterAll(() => server.stop());

/** The agent streams an answer, slowly enough to send a message meanwhile, and then fails. */
const refused: Step = { tokens: 40, tokensPerSecond: 20, fail: { failure: "refused", afterTokens: 30 } };
/** From here on the task reads no message before its next step. */
const speaks = (sessionId: string) => eventWhere(server, sessionId, ({ type }) => type === "token");

const tasksOf = async (sessionId: string) =>
  (await server.call("listTasks", { query: { sessionId, limit: 200 } })).body.items.toReversed();
const saidIn = async (sessionId: string) =>
  (await messagesOf(server, sessionId)).flatMap(({ role, content: [part] }) =>
    role === "assistant" && part?.type === "text" ? [part.text] : [],
  );

test("what was said to a task that then fails is answered by a task of its own, and every client sees so", async () => {
  const { sessionId, taskId } = await converse(server, [refused]);
  const follower = follow(server, sessionId);
  await speaks(sessionId);
  const sent = await say(server, sessionId, [says("Heard.")]);
  expect(sent.task.id).toBe(taskId);
  await taskIn(server, taskId, "failed");
  const [, next] = await until("there is another task", async () => {
    const tasks = await tasksOf(sessionId);
    return tasks.length === 2 && tasks;
  });
  await taskIn(server, next?.id ?? "", "completed");
  expect((await saidIn(sessionId)).at(-1)).toBe("Heard.");
  const message = (await messagesOf(server, sessionId)).find(({ id }) => id === sent.message.id);
  expect(message?.taskId).toBe(next?.id);
  await atRest(server, follower, sessionId);
  await expectSameAsStored(server, follower);
  expect(follower.state.queue).toEqual([]);
  await follower.stop();
});

test("it is handed on once: the task that heard it and fails as well ends the matter", async () => {
  const { sessionId, taskId } = await converse(server, [refused]);
  await speaks(sessionId);
  await say(server, sessionId, [{ fail: { failure: "refused" } }]);
  await taskIn(server, taskId, "failed");
  await until("both have failed", async () => (await tasksOf(sessionId))[1]?.state === "failed", {
    seen: () => tasksOf(sessionId),
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect((await tasksOf(sessionId)).map(({ state }) => state)).toEqual(["failed", "failed"]);
});

test("where a task is queued already, it is the one that hears it", async () => {
  const { sessionId, taskId } = await converse(server, [refused]);
  await speaks(sessionId);
  const queued = await say(server, sessionId, [says("Both.")], { delivery: "queue" });
  await server.call("sendMessage", { params: { sessionId }, body: { content: "Steered." } });
  await taskIn(server, taskId, "failed");
  await taskIn(server, queued.task.id, "completed");
  expect(await tasksOf(sessionId)).toHaveLength(2);
  const texts = (await messagesOf(server, sessionId)).map(({ role, content: [part] }) =>
    part?.type === "text" && ["Steered.", "Both."].includes(part.text) ? part.text : role,
  );
  expect(texts).toEqual(["user", "assistant", "Steered.", "user", "Both."]);
});

test("a person who cancels cancels what was said to the task as well; it stays in the conversation", async () => {
  const { sessionId, taskId } = await converse(server, [refused]);
  await speaks(sessionId);
  const sent = await say(server, sessionId, [says("Never.")]);
  await server.call("updateTask", { params: { taskId }, body: { state: "cancelled" } });
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect((await tasksOf(sessionId)).map(({ state }) => state)).toEqual(["cancelled"]);
  const message = (await messagesOf(server, sessionId)).find(({ id }) => id === sent.message.id);
  expect(message?.position).toBe(2);
});

test("after SIGKILL all that was acknowledged waits in its order, and the queue is as full as before", async () => {
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: "true" }), says("First.")]);
  const { id: actionId } = await pendingAction(server, sessionId);
  const params = { sessionId };
  const sent: string[] = [];
  for (let count = 0; count < 32; count++) {
    const delivery = count % 2 === 0 ? ("queue" as const) : ("steer" as const);
    const body = { content: script(says(`Answer ${count}.`)), delivery };
    const answer = await server.call("sendMessage", { params, body });
    expect(answer.status).toBe(202);
    sent.push(answer.body.message.id);
  }
  const more = () => server.call("sendMessage", { params, body: { content: "One more." } });
  expectProblem(await more(), "queue-full");
  await server.end("SIGKILL");
  await server.start();
  expectProblem(await more(), "queue-full");
  await decide(server, sessionId, { type: "approve", actionId });
  await taskIn(server, taskId, "completed");
  await until("all are heard", async () =>
    (await tasksOf(sessionId)).every(({ state }) => state === "completed"),
  );
  const heard = (await messagesOf(server, sessionId))
    .filter(({ id }) => sent.includes(id))
    .map(({ id }) => id);
  const steered = sent.filter((_, count) => count % 2 === 1);
  const queued = sent.filter((_, count) => count % 2 === 0);
  expect(heard).toEqual([...steered, ...queued]);
  expect((await saidIn(sessionId)).slice(1)).toEqual(queued.map((_, place) => `Answer ${place * 2}.`));
});
