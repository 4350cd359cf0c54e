import { expect, test } from "vitest";
import { expectProblem, expectRefusesStrangers, unknownId } from "../../support/claims.ts";
import { converse, createSession, say } from "../../support/conversation.ts";
import { asks, calls, says } from "../../support/script.ts";
import { openTestStream, type TestStream } from "../../support/stream.ts";
import { eventsOf, taskIn, until } from "../../support/until.ts";
import { useTestServer } from "../../support/use-server.ts";

const server = useTestServer();
const page = (sessionId: string, query: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  server.call("streamSessionEvents", {
    params: { sessionId },
    query,
    headers: { accept: "application/json", ...headers },
  });
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
  const { body } = await page(sessionId, { after: log[0] }, { "last-event-id": log[3] ?? "" });
  expect(body.items[0]?.id).toBe(log[4]);
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
    expect((await page(sessionId, { after: cursor })).body.gap).toMatchObject({ reason });
  }
  expect(first).toBe("evt_0001_0000000001");
});

test("the log as pages is the same log, and ends with no next cursor", async () => {
  const sessionId = await finished();
  const whole = (await page(sessionId, { limit: 200 })).body;
  const walked: string[] = [];
  for (let after: string | undefined | null; after !== null;) {
    const { body } = await page(sessionId, { limit: 3, after });
    walked.push(...body.items.map(({ id }) => id));
    after = body.nextCursor;
  }
  expect(whole.nextCursor).toBeNull();
  expect(walked).toEqual(whole.items.map(({ id }) => id));
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
  for (const query of [{ after: "1" }, { after: "evt_1_1" }, { limit: 0 }, { limit: 201 }, { from: 1 }])
    expectProblem(await page(id, query), "invalid-request");
  expectProblem(await page(id, {}, { "last-event-id": "latest" }), "invalid-request");
  expectProblem(await page(unknownId("ses")), "not-found");
  expectProblem(
    await server.call("streamSessionEvents", { params: { sessionId: unknownId("ses") } }),
    "not-found",
  );
});

test("streamSessionEvents is for key holders only", async () => {
  const { id: sessionId } = await createSession(server);
  const request = { params: { sessionId }, headers: { accept: "text/event-stream" } };
  await expectRefusesStrangers(server, "streamSessionEvents", { request, state: async () => null });
});
