import { expect, test } from "vitest";
import type { TaskState } from "../../../../lib/task.ts";
import * as temp from "../temp-storage.ts";

const all = { limit: 50, archived: false };

test("a session reads as it was created: idle, without task, usage or events", () => {
  const storage = temp.openTemp();
  const workspaceId = temp.addWorkspace(storage);
  const [id, agentId] = [temp.newId("ses"), temp.newId("agt")];
  const settings = { model: "m@p", stepsMax: 3 };
  storage.sessions.create({ id, title: "T", workspaceId, agentId, settings, createdAt: temp.at });
  expect(storage.sessions.get(id)).toEqual({
    ...{ id, title: "T", workspaceId, agentId, settings, model: "m@p", status: "idle", activeTask: null },
    usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, costUsd: 0 },
    ...{ lastEventId: "evt_0001_0000000000", createdAt: temp.at, updatedAt: temp.at, archivedAt: null },
  });
  expect(storage.sessions.get(temp.newId("ses"))).toBeUndefined();
});

test("a session in a workspace that is not there is refused", () => {
  const storage = temp.openTemp();
  expect(() => temp.addSession(storage, { workspaceId: temp.newId("wsp") })).toThrow("FOREIGN KEY");
  expect(storage.sessions.list(all)).toEqual([]);
});

test("the active task is the oldest that has not ended, and the status follows it", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const [first, second] = [temp.addTask(storage, session), temp.addTask(storage, session)];
  const look = () => {
    const found = storage.sessions.get(session);
    return [found?.status, found?.activeTask?.id];
  };
  expect(look()).toEqual(["running", first]);
  storage.tasks.update(first, { state: "waiting" });
  expect(look()).toEqual(["waiting", first]);
  storage.tasks.update(first, { state: "failed" });
  expect(look()).toEqual(["running", second]);
  storage.tasks.update(second, { state: "cancelled" });
  expect(look()).toEqual(["idle", undefined]);
});

test("usage is the sum over the tasks of the session and of no other", () => {
  const storage = temp.openTemp();
  const [session, other] = [temp.addSession(storage), temp.addSession(storage)];
  const usage = { inputTokens: 10, outputTokens: 2, cachedInputTokens: 1, costUsd: 0.25 };
  for (const id of [session, session, other]) storage.tasks.addUsage(temp.addTask(storage, id), usage);
  const sum = { inputTokens: 20, outputTokens: 4, cachedInputTokens: 2, costUsd: 0.5 };
  expect(storage.sessions.get(session)?.usage).toEqual(sum);
  expect(storage.sessions.list(all).map((item) => item.usage)).toEqual([usage, sum]);
});

test("sessions are listed newest first, in pages, by status, workspace and archive", () => {
  const storage = temp.openTemp();
  const workspaceId = temp.addWorkspace(storage);
  const [a, b, c] = [
    temp.addSession(storage),
    temp.addSession(storage, { workspaceId }),
    temp.addSession(storage),
  ];
  const ids = (query: object) => storage.sessions.list({ ...all, ...query }).map(({ id }) => id);
  const states: [string, TaskState][] = [
    [a, "running"],
    [b, "waiting"],
  ];
  for (const [session, state] of states) storage.tasks.update(temp.addTask(storage, session), { state });
  expect(ids({})).toEqual([c, b, a]);
  expect(ids({ limit: 2 })).toEqual([c, b]);
  expect(ids({ cursor: b })).toEqual([a]);
  expect(ids({ status: "running" })).toEqual([a]);
  expect(ids({ status: "waiting" })).toEqual([b]);
  expect(ids({ status: "idle" })).toEqual([c]);
  expect(ids({ workspaceId })).toEqual([b]);
  expect(ids({ workspaceId, status: "idle" })).toEqual([]);
  storage.sessions.update(c, { archivedAt: temp.later }, temp.later);
  expect(ids({})).toEqual([b, a]);
  expect(ids({ archived: true })).toEqual([c]);
});

test("an update sets what it names and nothing else", () => {
  const storage = temp.openTemp();
  const [session, other] = [temp.addSession(storage), temp.addSession(storage)];
  const [before, untouched] = [storage.sessions.get(session), storage.sessions.get(other)];
  const agentId = temp.newId("agt");
  expect(storage.sessions.update(session, { title: "New", agentId }, temp.later)).toBe(true);
  expect(storage.sessions.get(session)).toEqual({ ...before, title: "New", agentId, updatedAt: temp.later });
  expect(storage.sessions.update(session, { settings: { planMode: true } }, temp.later)).toBe(true);
  storage.sessions.update(session, { archivedAt: temp.at }, temp.later);
  storage.sessions.update(session, { archivedAt: null }, temp.later);
  expect(storage.sessions.get(session)).toMatchObject({ settings: { planMode: true }, archivedAt: null });
  expect(storage.sessions.get(other)).toEqual(untouched);
  expect(storage.sessions.update(temp.newId("ses"), { title: "x" }, temp.later)).toBe(false);
});

test.each([
  ["a word of the title, in another case", "ÄPFEL"],
  ["a word of a message, in another case", "straSSE"],
  ["a sigma wherever it stands", "οδοσ"],
  ["a percent sign as itself", "100%"],
  ["an underscore as itself", "a_b"],
  ["quotes", `"it's"`],
  ["what looks like a query", "NEAR(x) AND *"],
  ["an emoji", "🧑‍💻"],
])("search finds %s", (_, search) => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage, { title: "Äpfel zählen" });
  temp.addSession(storage, { title: "1000 aXb" });
  const text = `Straße ΟΔΟΣ 100% a_b "it's" NEAR(x) AND * 🧑‍💻`;
  temp.addMessage(storage, session, { content: [{ type: "text", text }] });
  expect(storage.sessions.list({ ...all, search }).map(({ id }) => id)).toEqual([session]);
});

test("search looks neither at tools nor at what is not there, and finds a new title at once", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage, { title: "old" });
  const call = {
    type: "tool-call" as const,
    toolCallId: "c",
    toolName: "bash",
    input: { command: "secret" },
  };
  temp.addMessage(storage, session, { role: "assistant", content: [call] });
  const found = (search: string) => storage.sessions.list({ ...all, search }).length;
  expect([found("secret"), found("%"), found("_"), found("old")]).toEqual([0, 0, 0, 1]);
  storage.sessions.update(session, { title: "new" }, temp.later);
  expect([found("old"), found("NEW")]).toEqual([0, 1]);
});

test("a session is deleted with all that hangs on it, and nothing else is", () => {
  const storage = temp.openTemp();
  const [session, other] = [temp.addSession(storage), temp.addSession(storage)];
  const file = temp.addFile(storage);
  for (const id of [session, other]) {
    const task = temp.addTask(storage, id);
    const message = temp.addMessage(storage, id, { fileIds: id === session ? [file.id] : [] });
    const call = { taskId: task, sessionId: id, messageId: message, toolName: "bash", input: {} };
    storage.toolCalls.intend([{ ...call, toolCallId: "c" }]);
    temp.addAction(storage, id);
    storage.atomically("request.change", () => storage.events.append(id, [temp.token("x")]));
  }
  expect(storage.files.isInUse(file.id)).toBe(true);
  storage.sessions.remove(session);
  expect(storage.sessions.get(session)).toBeUndefined();
  expect(storage.tasks.list({ limit: 9 }).map((task) => task.sessionId)).toEqual([other]);
  expect(storage.messages.list(session, { limit: 9 })).toEqual([]);
  expect(storage.messages.list(other, { limit: 9 })).toHaveLength(1);
  expect(storage.actions.pending(undefined, { limit: 9 }).map((action) => action.sessionId)).toEqual([other]);
  expect(
    [storage.events.read(session, 0, 9), storage.events.read(other, 0, 9)].map((list) => list.length),
  ).toEqual([0, 1]);
  expect(storage.files.isInUse(file.id)).toBe(false);
  expect(storage.files.get(file.id)).toEqual(file);
  expect(() => storage.sessions.remove(session)).toThrow("There is no session");
});
