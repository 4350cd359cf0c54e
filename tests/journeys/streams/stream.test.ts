import { afterAll, beforeAll, expect, test } from "vitest";
import type { Event } from "../../../packages/shared/src/index.ts";
import { converse } from "../../support/conversation.ts";
import { randomFrom, startCutter } from "../../support/clients/cutter.ts";
import { atRest, expectOnceInOrder, expectSameAsStored, follow } from "../../support/clients/follower.ts";
import { calls, says } from "../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { openTestSocket } from "../../support/clients/socket.ts";
import { openTestStream } from "../../support/clients/stream.ts";
import { eventsOf, taskEnded } from "../../support/until.ts";

const seed = Number(process.env["JOURNEY_SEED"] ?? Date.now() % 1_000_000);

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.stop());

test(`a line that breaks while the agent speaks loses nothing, over SSE and WebSocket (JOURNEY_SEED=${seed})`, async () => {
  const random = randomFrom(seed);
  const breaking = async () => {
    let cutsLeft = 40;
    const next = () => (cutsLeft-- > 0 ? 1 + Math.floor(random() * 4000) : Infinity);
    return startCutter({ url: server.url, next });
  };
  const lines = await Promise.all([breaking(), breaking()]);
  const { sessionId } = await converse(server, [
    { reasoning: "Hm. ".repeat(50), tokens: 1500, tokensPerSecond: 700 },
  ]);
  const followers = lines.map(({ url }, index) =>
    follow(server, sessionId, { url, over: index === 0 ? "sse" : "websocket" }),
  );
  for (const follower of followers) {
    await atRest(server, follower, sessionId);
    await expectSameAsStored(server, follower);
    const [answer] = follower.state.messages.filter(({ role }) => role === "assistant");
    const text = answer?.content.find((part) => part.type === "text");
    expect(text).toMatchObject({ text: follower.said(answer?.id ?? "") });
    expect(follower.gaps).toBe(0);
  }
  expect(Math.min(...lines.map(({ cuts }) => cuts))).toBeGreaterThan(4);
  await Promise.all([...followers.map((follower) => follower.stop()), ...lines.map((line) => line.close())]);
});

test("from every place of the log both transports and the page give the same rest", async () => {
  const { sessionId, taskId } = await converse(server, [
    { text: "One. ", ...calls("listFiles", {}) },
    { tokens: 120, tokensPerSecond: 100 },
  ]);
  await taskEnded(server, taskId);
  const log = await eventsOf(server, sessionId);
  expect(log.length).toBeGreaterThan(10); // How many deltas there are depends on how busy the machine is.
  const last = log.at(-1)?.id ?? "";
  for (const [index, { id }] of log.slice(0, -1).entries()) {
    const rest = log.slice(index + 1);
    expectOnceInOrder(await overSse(sessionId, { lastEventId: id }, last), rest);
    expectOnceInOrder(await overSse(sessionId, { after: id }, last), rest);
    expectOnceInOrder(await overSocket(sessionId, id, last), rest);
  }
  const pages = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { cursor, limit: 7 };
    const { body } = await server.call("listSessionEvents", { params: { sessionId }, query });
    pages.push(...body.items);
    cursor = body.nextCursor;
  }
  expectOnceInOrder(pages, log);
});

test("fifty readers of one session each hear every event once and in order", async () => {
  const { sessionId } = await converse(server, [{ delayMs: 300, tokens: 300, tokensPerSecond: 150 }]);
  const readers = Array.from({ length: 50 }, (_, index) =>
    follow(server, sessionId, { over: index % 2 === 0 ? "sse" : "websocket" }),
  );
  for (const reader of readers) await atRest(server, reader, sessionId);
  const log = await eventsOf(server, sessionId);
  for (const reader of readers) expectOnceInOrder(reader.events, log);
  await Promise.all(readers.map((reader) => reader.stop()));
});

test("a cursor the log cannot serve gets a gap that names why, and then the whole log", async () => {
  const { sessionId, taskId } = await converse(server, [says("Good day.")]);
  await taskEnded(server, taskId);
  const log = await eventsOf(server, sessionId);
  const strange = { evt_0001_0000009999: "future", evt_0007_0000000001: "generation" };
  for (const [after, reason] of Object.entries(strange)) {
    const stream = await openTestStream(server, sessionId, { after });
    await stream.waitFor("its end", (frame) => "id" in frame && frame.id === log.at(-1)?.id);
    const [snapshot, gap, ...rest] = stream.frames;
    expect(snapshot?.type).toBe("snapshot");
    expect(gap).toEqual({ type: "gap", sessionId, data: { reason, firstId: log[0]?.id } });
    expectOnceInOrder(rest as Event[], log);
    stream.close();
    const query = { cursor: after };
    const page = await server.call("listSessionEvents", { params: { sessionId }, query });
    expect(page.body.gap).toEqual({ reason, firstId: log[0]?.id });
  }
});

test("`latest` brings only what is new", async () => {
  const { sessionId, taskId } = await converse(server, [says("Old.")]);
  await taskEnded(server, taskId);
  const stream = await openTestStream(server, sessionId, { after: "latest" });
  await stream.waitFor("a snapshot", ({ type }) => type === "snapshot");
  const [seen] = (await eventsOf(server, sessionId)).slice(-1);
  await server.call("updateSession", { params: { sessionId }, body: { title: "New" } });
  await stream.waitFor("the change", ({ type }) => type === "session.updated");
  const events = stream.frames.slice(1) as Event[];
  expect(events.map(({ id }) => id > (seen?.id ?? ""))).toEqual([true]);
  stream.close();
});

async function overSse(
  sessionId: string,
  options: { lastEventId?: string; after?: string },
  last: string,
): Promise<Event[]> {
  const stream = await openTestStream(server, sessionId, options);
  await stream.waitFor("its end", (frame) => "id" in frame && frame.id === last);
  stream.close();
  expect(stream.frames[0]?.type).toBe("snapshot");
  return stream.frames.slice(1) as Event[]; // A gap would be no event of the log, and told so.
}

async function overSocket(sessionId: string, after: string, last: string): Promise<Event[]> {
  const socket = await openTestSocket(server);
  await socket.ask({ type: "subscribe", id: "s", sessionId, after });
  await socket.waitFor("its end", (frame) => frame.type === "event" && frame.event.id === last);
  socket.close();
  expect(socket.frames.slice(0, 2).map(({ type }) => type)).toEqual(["ack", "snapshot"]);
  return socket.frames.slice(2).map((frame) => (frame as { event: Event }).event);
}
