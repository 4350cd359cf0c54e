import { expect, test } from "vitest";
import type { Storage } from "../../../../lib/ports/storage.ts";
import * as temp from "../temp-storage.ts";

function intend(storage: Storage, ...toolCallIds: string[]) {
  const sessionId = temp.addSession(storage);
  const call = { sessionId, taskId: temp.addTask(storage, sessionId), messageId: temp.newId("msg") };
  const calls = toolCallIds.map((toolCallId) => ({
    ...call,
    toolCallId,
    toolName: "bash",
    input: { command: "ls" },
  }));
  storage.toolCalls.intend(calls);
  return { ...call, calls };
}

const outcome = { output: { success: true, message: "ok", exitCode: 0 }, isError: false, durationMs: 12.4 };

test("a tool call is intended, started and done", () => {
  const storage = temp.openTemp();
  const { taskId, messageId, calls } = intend(storage, "c1");
  const intended = {
    ...calls[0],
    state: "intended",
    output: null,
    isError: false,
    durationMs: null,
    change: null,
  };
  expect(storage.toolCalls.get(taskId, "c1")).toEqual(intended);
  const change = { before: "a", after: "b" };
  storage.toolCalls.start(taskId, "c1", { at: temp.at, change });
  expect(storage.toolCalls.get(taskId, "c1")).toEqual({ ...intended, state: "started", change });
  storage.toolCalls.finish(taskId, "c1", outcome);
  const done = { ...intended, change, state: "done", output: outcome.output, durationMs: 12 };
  expect(storage.toolCalls.ofMessage(messageId)).toEqual([done]);
  expect(storage.toolCalls.get(taskId, "c2")).toBeUndefined();
  expect(storage.toolCalls.ofMessage(temp.newId("msg"))).toEqual([]);
});

test("a call may start again after a crash, and may end without having started", () => {
  const storage = temp.openTemp();
  const { taskId } = intend(storage, "c1", "c2");
  storage.toolCalls.start(taskId, "c1", { at: temp.at });
  storage.toolCalls.start(taskId, "c1", { at: temp.later });
  storage.toolCalls.finish(taskId, "c2", { ...outcome, isError: true });
  expect(storage.toolCalls.get(taskId, "c2")).toMatchObject({ state: "done", isError: true });
});

test("a call that is done neither starts nor ends again, and an unknown one never", () => {
  const storage = temp.openTemp();
  const { taskId } = intend(storage, "c1");
  storage.toolCalls.finish(taskId, "c1", outcome);
  expect(() => storage.toolCalls.start(taskId, "c1", { at: temp.at })).toThrow("is done");
  const other = { ...outcome, output: { success: false, message: "again" } };
  expect(() => storage.toolCalls.finish(taskId, "c1", other)).toThrow("is done");
  expect(storage.toolCalls.get(taskId, "c1")?.output).toEqual(outcome.output);
  expect(() => storage.toolCalls.start(taskId, "c9", { at: temp.at })).toThrow("never intended");
});

test("calls keep their order, and are intended together or not at all", () => {
  const storage = temp.openTemp();
  const { messageId, taskId } = intend(storage, "z", "a", "m");
  expect(storage.toolCalls.ofMessage(messageId).map((call) => call.toolCallId)).toEqual(["z", "a", "m"]);
  expect(() => intend(storage, "b", "b")).toThrow("UNIQUE");
  expect(storage.toolCalls.get(taskId, "b")).toBeUndefined();
});

test("an action is pending when it is created", () => {
  const storage = temp.openTemp();
  const action = temp.addAction(storage, temp.addSession(storage));
  const undecided = { state: "pending", result: null, scope: null, resolvedAt: null, resolvedBy: null };
  expect(storage.actions.get(action.id)).toEqual({ ...action, ...undecided });
  expect(storage.actions.get(temp.newId("act"))).toBeUndefined();
});

test("an action is decided once", () => {
  const storage = temp.openTemp();
  const { id } = temp.addAction(storage, temp.addSession(storage));
  const decided = { state: "approved", resolvedBy: "person", resolvedAt: temp.later } as const;
  const change = { reason: "go", result: { a: 1 }, input: { path: "b" }, digest: "b".repeat(64) };
  expect(storage.actions.resolve(id, { ...decided, ...change })).toBe(true);
  expect(storage.actions.get(id)).toMatchObject({ ...decided, ...change });
  expect(storage.actions.resolve(id, { ...decided, state: "rejected" })).toBe(false);
  expect(storage.actions.get(id)?.state).toBe("approved");
  expect(storage.actions.resolve(temp.newId("act"), decided)).toBe(false);
});

test("a decision keeps what it does not name, and takes away what it names as null", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const [kept, cleared] = [temp.addAction(storage, session), temp.addAction(storage, session)];
  const decided = { state: "expired", resolvedBy: "expiry", resolvedAt: temp.later } as const;
  storage.actions.resolve(kept.id, decided);
  storage.actions.resolve(cleared.id, { ...decided, reason: null });
  const { input, digest, reason } = kept;
  expect(storage.actions.get(kept.id)).toMatchObject({ input, digest, reason, result: null });
  expect(storage.actions.get(cleared.id)?.reason).toBeNull();
});

test("pending actions are listed oldest first, of one session or of all, in pages", () => {
  const storage = temp.openTemp();
  const [one, two] = [temp.addSession(storage), temp.addSession(storage)];
  const [a, b, c, d] = [one, two, one, one].map((session) => temp.addAction(storage, session).id);
  storage.actions.resolve(d ?? "", { state: "cancelled", resolvedBy: "cancel", resolvedAt: temp.later });
  const ids = (session: string | undefined, page = {}) =>
    storage.actions.pending(session, { limit: 9, ...page }).map(({ id }) => id);
  expect(ids(undefined)).toEqual([a, b, c]);
  expect(ids(undefined, { limit: 2 })).toEqual([a, b]);
  expect(ids(undefined, { cursor: a })).toEqual([b, c]);
  expect(ids(one)).toEqual([a, c]);
  expect(ids(one, { cursor: a })).toEqual([c]);
  expect(ids(temp.newId("ses"))).toEqual([]);
});

test("overdue actions are the pending ones whose time is over", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const early = temp.addAction(storage, session, { expiresAt: temp.at });
  const decided = temp.addAction(storage, session, { expiresAt: temp.at });
  temp.addAction(storage, session, { expiresAt: temp.later });
  storage.actions.resolve(decided.id, { state: "approved", resolvedBy: "policy", resolvedAt: temp.at });
  expect(storage.actions.overdue(temp.at).map(({ id }) => id)).toEqual([early.id]);
  expect(storage.actions.overdue("2026-11-22T11:59:59.999Z")).toEqual([]);
});

test("the action of a call is the latest one", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const taskId = temp.addTask(storage, session);
  temp.addAction(storage, session, { taskId });
  const latest = temp.addAction(storage, session, { taskId });
  temp.addAction(storage, session, { taskId, toolCallId: "call_2" });
  expect(storage.actions.ofCall(taskId, "call_1")?.id).toBe(latest.id);
  expect(storage.actions.ofCall(temp.newId("tsk"), "call_1")).toBeUndefined();
});
