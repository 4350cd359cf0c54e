import { expect, test } from "vitest";
import { noUsage } from "../../../../lib/task.ts";
import { problemOf } from "../../../../lib/errors.ts";
import * as temp from "../temp-storage.ts";

test("a task is queued when it is created", () => {
  const storage = temp.openTemp();
  const sessionId = temp.addSession(storage);
  const id = temp.newId("tsk");
  storage.tasks.create({ id, sessionId, settings: { budgetUsd: 1.5 }, createdAt: temp.at });
  expect(storage.tasks.get(id)).toEqual({
    ...{
      id,
      sessionId,
      state: "queued",
      settings: { budgetUsd: 1.5 },
      error: null,
      steps: 0,
      usage: noUsage,
    },
    ...{ createdAt: temp.at, startedAt: null, endedAt: null },
  });
  expect(storage.tasks.streamingMessageId(id)).toBeNull();
  expect(storage.tasks.get(temp.newId("tsk"))).toBeUndefined();
});

test("a task of a session that is not there is refused", () => {
  const storage = temp.openTemp();
  expect(() => temp.addTask(storage, temp.newId("ses"))).toThrow("FOREIGN KEY");
});

test("an update sets what it names, also back to nothing", () => {
  const storage = temp.openTemp();
  const id = temp.addTask(storage, temp.addSession(storage));
  const error = problemOf(new Error("x"), "/v1/tasks");
  const change = { state: "failed", error, steps: 4, startedAt: temp.at, endedAt: temp.later } as const;
  storage.tasks.update(id, { ...change, settings: { planMode: true }, streamingMessageId: "msg_1" });
  expect(storage.tasks.get(id)).toMatchObject({ ...change, settings: { planMode: true } });
  expect(storage.tasks.streamingMessageId(id)).toBe("msg_1");
  storage.tasks.update(id, { error: null, streamingMessageId: null });
  expect(storage.tasks.get(id)).toMatchObject({ ...change, error: null });
  expect(storage.tasks.streamingMessageId(id)).toBeNull();
  storage.tasks.update(id, {});
  expect(storage.tasks.get(id)).toMatchObject({ steps: 4 });
});

test("changing a task that is not there is not-found", () => {
  const storage = temp.openTemp();
  const code = { code: "not-found" };
  expect(temp.thrownBy(() => storage.tasks.update("tsk_0", { steps: 1 }))).toMatchObject(code);
  expect(temp.thrownBy(() => storage.tasks.addUsage("tsk_0", noUsage))).toMatchObject(code);
});

test("usage adds up", () => {
  const storage = temp.openTemp();
  const id = temp.addTask(storage, temp.addSession(storage));
  const usage = { inputTokens: 3_000_000_000, outputTokens: 2, cachedInputTokens: 1, costUsd: 0.1 };
  storage.tasks.addUsage(id, usage);
  storage.tasks.addUsage(id, usage);
  expect(storage.tasks.get(id)?.usage).toEqual({
    ...{ inputTokens: 6_000_000_000, outputTokens: 4, cachedInputTokens: 2, costUsd: 0.2 },
  });
});

test("tasks are listed newest first, in pages, by session and state", () => {
  const storage = temp.openTemp();
  const [one, two] = [temp.addSession(storage), temp.addSession(storage)];
  const [a, b, c] = [temp.addTask(storage, one), temp.addTask(storage, two), temp.addTask(storage, one)];
  storage.tasks.update(a, { state: "completed" });
  const ids = (query: object) => storage.tasks.list({ limit: 9, ...query }).map(({ id }) => id);
  expect(ids({})).toEqual([c, b, a]);
  expect(ids({ limit: 1 })).toEqual([c]);
  expect(ids({ cursor: c })).toEqual([b, a]);
  expect(ids({ sessionId: one })).toEqual([c, a]);
  expect(ids({ state: "completed" })).toEqual([a]);
  expect(ids({ sessionId: two, state: "completed" })).toEqual([]);
});

test("unfinished tasks are those that have not ended, oldest first", () => {
  const storage = temp.openTemp();
  const [one, two] = [temp.addSession(storage), temp.addSession(storage)];
  const [a, b, c] = [temp.addTask(storage, two), temp.addTask(storage, one), temp.addTask(storage, two)];
  storage.tasks.update(a, { state: "cancelled" });
  storage.tasks.update(b, { state: "waiting" });
  expect(storage.tasks.unfinished().map(({ id }) => id)).toEqual([b, c]);
  expect(storage.tasks.active(two)?.id).toBe(c);
  storage.tasks.update(c, { state: "failed" });
  expect(storage.tasks.active(two)).toBeUndefined();
});
