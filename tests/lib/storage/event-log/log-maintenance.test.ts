import { statSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import type { Event, NewEvent } from "../../../../lib/event.ts";
import type { Message } from "../../../../lib/message.ts";
import type { Storage } from "../../../../lib/ports/storage.ts";
import * as temp from "../temp-storage.ts";

const long = 10_000;
const neverRested = "2000-01-01T00:00:00.000Z";

function openWithSession() {
  const folder = temp.tempFolder();
  const storage = temp.open(folder);
  const session = temp.addSession(storage);
  const append = (...events: NewEvent[]) =>
    storage.atomically("request.change", () => storage.events.append(session, events));
  return { folder, storage, session, append };
}

function message(id: string, text = ""): Message {
  const content = text === "" ? [] : [{ type: "text" as const, text }];
  const place = { sessionId: "ses_1", taskId: "tsk_1", position: null, createdAt: temp.at };
  return { id, ...place, role: "assistant", content, files: [] };
}

const created = (id: string): NewEvent => ({ type: "message.created", data: { message: message(id) } });
const final = (id: string): NewEvent => ({ type: "message.final", data: { message: message(id, "all") } });
const call = (toolCallId: string): NewEvent => ({
  type: "tool.call",
  data: { messageId: "msg_1", toolCallId, toolName: "bash", input: {} },
});
const output = (toolCallId: string): NewEvent => ({
  type: "tool.output",
  data: { toolCallId, stream: "stdout", text: "." },
});
const result = (toolCallId: string): NewEvent => ({
  type: "tool.result",
  data: {
    toolCallId,
    toolName: "bash",
    output: { success: true, message: "" },
    isError: false,
    durationMs: 1,
  },
});
const tokens = (count: number, id = "msg_1") => Array.from({ length: count }, () => temp.token("x", id));

function compact(storage: Storage, session: string, upTo = Infinity): number {
  let rounds = 1;
  while (storage.maintenance.compact(session, upTo)) rounds++;
  return rounds;
}

function prune(storage: Storage, session: string, restedSince = neverRested): void {
  while (storage.maintenance.prune(session, restedSince));
}

const sequenceOf = ({ id }: Event) => Number(id.slice(-10));
const kept = (storage: Storage, session: string) =>
  storage.events.read(session, 0, 1_000_000).map((event) => `${sequenceOf(event)} ${event.type}`);

test("an answer of 10,000 tokens leaves its beginning and its end in the log, a few rows at a time", () => {
  const { storage, session, append } = openWithSession();
  append(created("msg_1"), ...tokens(long), final("msg_1"));
  expect(storage.maintenance.due(neverRested)).toEqual([session]);
  expect(compact(storage, session)).toBeGreaterThan(long / 500);
  expect(kept(storage, session)).toEqual(["1 message.created", `${long + 2} message.final`]);
  expect(storage.maintenance.due(neverRested)).toEqual([]);
});

test("holes are no gap: the log is whole from its first event on", () => {
  const { storage, session, append } = openWithSession();
  append(...tokens(3), created("msg_1"), ...tokens(3), final("msg_1"));
  compact(storage, session);
  expect(storage.events.bounds(session)).toEqual({ generation: 1, firstSequence: 1, lastSequence: 8 });
});

test("a next try makes the try before it void, and leaves what is streaming as it is", () => {
  const { storage, session, append } = openWithSession();
  append(created("msg_1"), ...tokens(5), created("msg_1"), ...tokens(2), temp.token("y"));
  compact(storage, session);
  expect(kept(storage, session)).toEqual([
    ...["1 message.created", "7 message.created"],
    ...["8 token", "9 token", "10 token"],
  ]);
  expect(storage.events.written(session, "msg_1").text).toBe("xxy");
  append(final("msg_1"));
  compact(storage, session);
  expect(kept(storage, session)).toEqual(["1 message.created", "7 message.created", "11 message.final"]);
});

test("the final message of one takes nothing of another that streams beside it", () => {
  const { storage, session, append } = openWithSession();
  append(created("msg_1"), created("msg_2"), ...tokens(2), ...tokens(2, "msg_2"), final("msg_1"));
  compact(storage, session);
  expect(storage.events.written(session, "msg_2").text).toBe("xx");
  expect(kept(storage, session)).toHaveLength(5);
});

test("live output goes with its result, and that of a call that still runs stays", () => {
  const { storage, session, append } = openWithSession();
  append(call("a"), call("b"), output("a"), output("b"), output("a"), result("a"), output("b"));
  compact(storage, session);
  expect(kept(storage, session)).toEqual([
    ...["1 tool.call", "2 tool.call", "4 tool.output", "6 tool.result", "7 tool.output"],
  ]);
});

test("what came after the given event waits for a later turn, which finds it", () => {
  const { storage, session, append } = openWithSession();
  append(
    created("msg_1"),
    ...tokens(3),
    final("msg_1"),
    created("msg_2"),
    ...tokens(2, "msg_2"),
    final("msg_2"),
  );
  compact(storage, session, 4);
  expect(kept(storage, session)).toHaveLength(9);
  compact(storage, session, 8);
  expect(kept(storage, session)).toHaveLength(6);
  expect(storage.maintenance.due(neverRested)).toEqual([session]);
  compact(storage, session, 9);
  expect(kept(storage, session)).toHaveLength(4);
  expect(storage.maintenance.due(neverRested)).toEqual([]);
});

test("what was looked through is not looked through again, also in the next run", () => {
  const { folder, storage, session, append } = openWithSession();
  append(created("msg_1"), ...tokens(500), final("msg_1"));
  storage.maintenance.compact(session, Infinity);
  storage.close();
  const next = temp.open(folder);
  expect(next.maintenance.due(neverRested)).toEqual([session]);
  compact(next, session);
  expect(kept(next, session)).toHaveLength(2);
  expect(next.maintenance.due(neverRested)).toEqual([]);
});

test("a log has at most 10,000 events: the oldest go, and the log says so", () => {
  const { storage, session, append } = openWithSession();
  append(...Array.from({ length: long + 700 }, () => call("a")));
  compact(storage, session);
  prune(storage, session);
  const { firstSequence, lastSequence } = storage.events.bounds(session);
  expect([firstSequence, lastSequence]).toEqual([701, long + 700]);
  expect(kept(storage, session)).toHaveLength(long);
});

test("a log has at most 32 MiB", () => {
  const { storage, session, append } = openWithSession();
  const text = "x".repeat(2 * 1024 ** 2);
  for (let round = 0; round < 20; round++) append({ ...temp.token(text), type: "token" } as NewEvent);
  prune(storage, session);
  expect(kept(storage, session)).toHaveLength(15);
  expect(storage.events.bounds(session).firstSequence).toBe(6);
});

test("a log within its bounds loses nothing", () => {
  const { storage, session, append } = openWithSession();
  append(...Array.from({ length: 50 }, () => call("a")));
  prune(storage, session);
  expect(kept(storage, session)).toHaveLength(50);
  expect(storage.events.bounds(session).firstSequence).toBe(1);
});

test("what is streaming is read in full, however long it is", () => {
  const { storage, session, append } = openWithSession();
  const task = temp.addTask(storage, session);
  storage.tasks.update(task, { state: "running", streamingMessageId: "msg_1" });
  append(...tokens(3, "msg_0"), created("msg_1"), ...tokens(long + 500));
  prune(storage, session);
  expect(storage.events.written(session, "msg_1").text).toHaveLength(long + 500);
  expect(storage.events.bounds(session).firstSequence).toBe(4);
});

test("a session that rested has no log any more; one that works, or rested for less, has", () => {
  const { storage, session, append } = openWithSession();
  append(call("a"));
  compact(storage, session);
  expect(storage.maintenance.due(temp.at)).toEqual([]);
  prune(storage, session, temp.at);
  expect(kept(storage, session)).toHaveLength(1);

  const task = temp.addTask(storage, session);
  expect(storage.maintenance.due(temp.later)).toEqual([]);
  prune(storage, session, temp.later);
  expect(kept(storage, session)).toHaveLength(1);

  storage.tasks.update(task, { state: "completed" });
  expect(storage.maintenance.due(temp.later)).toEqual([session]);
  prune(storage, session, temp.later);
  expect(kept(storage, session)).toEqual([]);
  expect(storage.events.bounds(session)).toEqual({ generation: 1, firstSequence: 2, lastSequence: 1 });
  expect(storage.maintenance.due(temp.later)).toEqual([]);
});

test("a session that was deleted meanwhile is passed over", () => {
  const { storage, session, append } = openWithSession();
  append(created("msg_1"), final("msg_1"));
  storage.sessions.remove(session);
  expect([
    storage.maintenance.compact(session, Infinity),
    storage.maintenance.prune(session, temp.later),
  ]).toEqual([false, false]);
});

test("the file shrinks by what the log let go of, but for a spare", () => {
  const { folder, storage, session, append } = openWithSession();
  const text = "x".repeat(1000);
  const many = tokens(long).map(({ type }) => ({ type, data: { messageId: "msg_1", text } }) as NewEvent);
  append(created("msg_1"), ...many, final("msg_1"));
  compact(storage, session);
  while (storage.maintenance.vacuum());
  expect(storage.maintenance.vacuum()).toBe(false);
  storage.close();
  expect(statSync(join(folder, "chat_history.db")).size).toBeLessThan(2 * 1024 ** 2);
});

test("a reader that keeps the write-ahead log from shrinking is reported, until it is gone", () => {
  const { folder, storage, append } = openWithSession();
  const path = join(folder, "chat_history.db");
  const reader = new Sqlite(path, { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM events").get();
  expect(storage.maintenance.backlogBytes()).toBe(0);
  for (let round = 0; round < 17; round++) append(temp.token("x".repeat(4 * 1024 ** 2)));
  expect(storage.maintenance.backlogBytes()).toBeGreaterThan(64 * 1024 ** 2);
  reader.close();
  expect(storage.maintenance.backlogBytes()).toBe(0);
  append(temp.token("x"));
  expect(statSync(`${path}-wal`).size).toBeLessThanOrEqual(64 * 1024 ** 2);
});
