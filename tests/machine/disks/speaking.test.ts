import { afterAll, expect, onTestFinished, test } from "vitest";
import { expectProblem } from "../../support/claims.ts";
import { converse, messagesOf } from "../../support/conversation.ts";
import { atRest, expectOnceInOrder, expectSameAsStored, follow } from "../../support/clients/follower.ts";
import { says } from "../../support/models/script.ts";
import { startServerProcess } from "../../support/server/server-process.ts";
import { mountSmallDisk } from "./small-disk.ts";
import { openTestStream } from "../../support/clients/stream.ts";
import { eventsOf, taskEnded, taskIn, until } from "../../support/until.ts";

const disk = mountSmallDisk();
afterAll(() => disk.remove());

test("on a full disk writes are refused, reading goes on, and room is enough to go on", async () => {
  const server = await startServerProcess({ folder: disk.folder });
  onTestFinished(() => server.stop());
  const talk = await converse(server, [says("Said while there was room.")]);
  await taskEnded(server, talk.taskId);
  const before = {
    messages: await messagesOf(server, talk.sessionId),
    events: await eventsOf(server, talk.sessionId),
  };
  const speaking = await converse(server, [{ tokens: 600, tokensPerSecond: 200 }]);
  const follower = follow(server, speaking.sessionId);
  await until("it speaks", () => follower.events.some(({ type }) => type === "token"));
  disk.fill();

  const refused = () => server.call("createSession", { body: { title: "x".repeat(200) } });
  await until("there is no room", async () => (await refused()).status === 507);
  expectProblem(await refused(), "storage-full");
  const upload = { body: Buffer.alloc(200_000), query: { filename: "x" } };
  expectProblem(await server.call("uploadFile", upload), "storage-full");
  expectProblem(await server.call("updateSettings", { body: { settings: { stepsMax: 9 } } }), "storage-full");
  const body = { content: "Anything." };
  expectProblem(
    await server.call("sendMessage", { params: { sessionId: talk.sessionId }, body }),
    "storage-full",
  );

  expect(await messagesOf(server, talk.sessionId)).toEqual(before.messages);
  expectOnceInOrder(before.events, await eventsOf(server, talk.sessionId));
  const stream = await openTestStream(server, talk.sessionId);
  await stream.waitFor("the last event", (frame) => "id" in frame && frame.id === before.events.at(-1)?.id);
  stream.close();
  expect((await server.call("getServer")).status).toBe(200);

  disk.makeRoom();
  await until("it stores again", async () => (await refused()).status === 201);
  const { length } = follower.events;
  await until("it speaks on by itself", () => follower.events.length > length);
  const next = await converse(server, [says("Room again.")]);
  await taskIn(server, next.taskId, "completed");
  const task = await taskEnded(server, speaking.taskId);
  await atRest(server, follower, speaking.sessionId);
  await expectSameAsStored(server, follower);
  expect(task.state).toBe("completed");
  expect((await server.end("SIGTERM")).code).toBe(0);
});
