import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../../lib/ports/clock.ts";
import { converse, decide, messagesOf, say, toolResult } from "../../../support/conversation.ts";
import { expectOnceInOrder } from "../../../support/clients/follower.ts";
import { calls, says } from "../../../support/models/script.ts";
import { startTestServer, type TestServer } from "../../../support/server/server.ts";
import { eventsOf, pendingAction, taskIn } from "../../../support/until.ts";

const hourMs = 3_600_000;

/** A server whose clock has another offset in each run. */
async function start() {
  let offsetMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + offsetMs };
  const server = await startTestServer({ clock });
  onTestFinished(() => server.stop());
  const restart = async (atMs: number) => {
    offsetMs = atMs;
    await server.restart();
  };
  return { server, restart };
}

const slow = { text: "Slowly said. ".repeat(20), tokensPerSecond: 20 };

test("a clock set back an hour between two lives changes no order: of events, messages, tasks, sessions", async () => {
  const { server, restart } = await start();
  const talk = await converse(server, [slow]);
  const first = await say(server, talk.sessionId, [says("One.")], { delivery: "queue" });
  const before = await eventsOf(server, talk.sessionId);
  await restart(-hourMs);
  const second = await say(server, talk.sessionId, [says("Two.")], { delivery: "queue" });
  const other = await converse(server, [says("Other.")]);
  expect((await server.call("getSession", { params: { ...talk } })).body.activeTask?.id).toBe(talk.taskId);
  await taskIn(server, second.task.id, "completed");
  await taskIn(server, other.taskId, "completed");
  const sent = [first, second].map(({ message }) => message.id);
  const order = (await messagesOf(server, talk.sessionId)).map(({ id }) => id);
  expect(order.filter((id) => sent.includes(id))).toEqual(sent);
  const tasks = (await server.call("listTasks", { query: { limit: 10 } })).body.items.map(({ id }) => id);
  expect(tasks).toEqual([other.taskId, second.task.id, first.task.id, talk.taskId]);
  const sessions = (await server.call("listSessions")).body.items.map(({ id }) => id);
  expect(sessions).toEqual([other.sessionId, talk.sessionId]);
  await expectLogGrew(server, talk.sessionId, before.at(-1)?.id ?? "");
});

test("a clock ten days ahead lets an approval expire, which runs nothing; and ends nothing else", async () => {
  const { server, restart } = await start();
  const talk = await converse(server, [calls("bash", { command: "echo run >> runs.txt" }), says("I see.")]);
  const action = await pendingAction(server, talk.sessionId);
  const speaking = await converse(server, [slow, says("More.")]);
  await restart(240 * hourMs);
  await taskIn(server, talk.taskId, "completed");
  await taskIn(server, speaking.taskId, "completed");
  expect(await toolResult(server, talk.sessionId)).toMatchObject({
    isError: true,
    output: { message: "Not run: nobody decided in time." },
  });
  const late = await decide(server, talk.sessionId, { type: "approve", actionId: action.id });
  expect(late.problem.code).toBe("action-decided");
  const { workspaceId } = (await server.call("getSession", { params: { ...talk } })).body;
  expect(existsSync(join(server.dataDir, "workspaces", workspaceId, "runs.txt"))).toBe(false);
});

test("a clock set back lets no approval expire, and it still holds", async () => {
  const { server, restart } = await start();
  const talk = await converse(server, [calls("bash", { command: "echo run" }), says("I see.")]);
  const action = await pendingAction(server, talk.sessionId);
  await restart(-hourMs);
  expect(await pendingAction(server, talk.sessionId)).toEqual(action);
  expect((await decide(server, talk.sessionId, { type: "approve", actionId: action.id })).status).toBe(200);
  await taskIn(server, talk.taskId, "completed");
  expect(await toolResult(server, talk.sessionId)).toMatchObject({ isError: false });
});

/** Earlier ids stay in ascending order, and every later id comes after them. */
async function expectLogGrew(server: TestServer, sessionId: string, lastId: string): Promise<void> {
  const log = await eventsOf(server, sessionId);
  const ids = log.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].toSorted());
  expect(ids.at(-1)?.localeCompare(lastId)).toBe(1);
  expectOnceInOrder(log, await eventsOf(server, sessionId));
}
