import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { converse, createSession, say } from "../../support/conversation.ts";
import { asks, calls, says } from "../../support/models/script.ts";
import { openTestStream, type TestStream } from "../../support/clients/stream.ts";
import { eventsOf, taskIn, until } from "../../support/until.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();
const ask = (sessionId: string, query: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  server.call("streamSessionEvents", { params: { sessionId }, query, headers });
const idsOf = ({ frames }: TestStream) => frames.flatMap((frame) => ("id" in frame ? [frame.id] : []));

async function finished(): Promise<string> {
  const { sessionId, taskId } = await converse(server, [
    calls("listFiles", { directory_path: "." }),
    says("That is all."),
  ]);
  await taskIn(server, taskId, "completed");
  return sessionId;
}

test("a stream begins with the snapshot and then replays the whole log, each event once and in order", async () => {
  const sessionId = await finished();
  const log = (await eventsOf(server, sessionId)).map(({ id }) => id);
  const stream = await openTestStream(server, sessionId);
  expect(stream).toMatchObject({ status: 200 });
  expect(stream.contentType).toContain("text/event-stream");
  await stream.waitFor("the last event", (frame) => "id" in frame && frame.id === log.at(-1));
  expect(stream.frames[0]).toMatchObject({
    type: "snapshot",
    data: { session: { lastEventId: log.at(-1) } },
  });
  expect(idsOf(stream)).toEqual(log);
  stream.close();
});

test("a stream that was cut goes on after the last event seen, without a gap or a repetition", async () => {
  const sessionId = await finished();
  const log = (await eventsOf(server, sessionId)).map(({ id }) => id);
  for (const [place, cursor] of log.entries()) {
    const stream = await openTestStream(server, sessionId, { lastEventId: cursor });
    const rest = log.slice(place + 1);
    await stream.waitFor("the snapshot", ({ type }) => type === "snapshot");
    if (rest.length > 0)
      await stream.waitFor("the last event", (frame) => "id" in frame && frame.id === log.at(-1));
    expect(idsOf(stream)).toEqual(rest);
    stream.close();
  }
});

test("a stream of what is new hears nothing old", async () => {
  const sessionId = await finished();
  const before = (await eventsOf(server, sessionId)).at(-1)?.id ?? "";
  const stream = await openTestStream(server, sessionId, { after: "latest" });
  await stream.waitFor("the snapshot", ({ type }) => type === "snapshot");
  const { task } = await say(server, sessionId, [says("New.")]);
  await taskIn(server, task.id, "completed");
  await stream.waitFor("the end", (frame) => frame.type === "status" && frame.data.state === "idle");
  expect(idsOf(stream).every((id) => id > before)).toBe(true);
  stream.close();
});

test("the header wins over the query", async () => {
  const sessionId = await finished();
  const log = (await eventsOf(server, sessionId)).map(({ id }) => id);
  const stream = await openTestStream(server, sessionId, { after: log[0] ?? "", lastEventId: log[3] ?? "" });
  await stream.waitFor("the last event", (frame) => "id" in frame && frame.id === log.at(-1));
  expect(idsOf(stream)).toEqual(log.slice(4));
  stream.close();
});

test("a snapshot in the middle of a task holds what is pending and queued", async () => {
  const { sessionId, taskId } = await converse(server, [asks()]);
  await taskIn(server, taskId, "waiting");
  await say(server, sessionId, [says("Later.")]);
  const stream = await openTestStream(server, sessionId, { after: "latest" });
  const snapshot = await stream.waitFor("the snapshot", ({ type }) => type === "snapshot");
  expect(snapshot).toMatchObject({
    data: { activeTask: { id: taskId }, actions: [{ type: "question" }], queue: [{ role: "user" }] },
  });
  stream.close();
});

test("a cursor the log cannot serve gets a gap that names the reason, never a silent jump", async () => {
  const sessionId = await finished();
  const first = (await eventsOf(server, sessionId))[0]?.id;
  for (const [cursor, reason] of [
    ["evt_0001_9999999999", "future"],
    ["evt_0077_0000000001", "generation"],
  ] as const) {
    const stream = await openTestStream(server, sessionId, { after: cursor });
    const gap = await stream.waitFor("that there is a gap", ({ type }) => type === "gap");
    expect(gap).toMatchObject({ sessionId, data: { reason } });
    stream.close();
  }
  expect(first).toBe("evt_0001_0000000001");
});

test("the stream is a stream whatever the caller would rather have", async () => {
  const sessionId = await finished();
  for (const accept of ["application/json", "*/*", "text/html"]) {
    const { headers } = await ask(sessionId, {}, { accept });
    expect(headers["content-type"]).toContain("text/event-stream");
  }
});

test("a stream ends when its session is deleted", async () => {
  const { id } = await createSession(server);
  const stream = await openTestStream(server, id);
  await stream.waitFor("the snapshot", ({ type }) => type === "snapshot");
  await server.call("deleteSession", { params: { sessionId: id } });
  await until("the stream ends", () => stream.isEnded);
  expect(stream.frames.length).toBeGreaterThan(0);
});

test("streamSessionEvents refuses what is not of the contract", async () => {
  const { id } = await createSession(server);
  for (const query of [{ after: "1" }, { after: "evt_1_1" }, { limit: 1 }, { cursor: "evt_0001_0000000001" }])
    expectProblem(await ask(id, query), "invalid-request");
  expectProblem(await ask(id, {}, { "last-event-id": "latest" }), "invalid-request");
  expectProblem(await ask(unknownId("ses")), "not-found");
});

test("streamSessionEvents is for key holders only", async () => {
  const { id: sessionId } = await createSession(server);
  const request = { params: { sessionId } };
  await expectRefusesStrangers(server, "streamSessionEvents", { request, state: async () => null });
});
