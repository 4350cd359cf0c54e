import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { builtInAgentId } from "../../../../lib/agent.ts";
import { problemOf } from "../../../../lib/errors.ts";
import { databaseNames } from "../../../../lib/database-name.ts";
import * as temp from "../temp-storage.ts";

test("a workspace reads as it was created, and changes as it is told", () => {
  const storage = temp.openTemp();
  const id = temp.newId("wsp");
  const asked = {
    id,
    kind: "clone",
    repository: "https://example.test/a",
    branch: "main",
    state: "cloning",
  } as const;
  storage.workspaces.create({ ...asked, createdAt: temp.at });
  const network = { mode: "none", hosts: [], presets: [] } as const;
  const none = { head: null, progress: null, error: null };
  const blank = { ...none, network, gitConfigWritable: false, createdAt: temp.at, updatedAt: temp.at };
  expect(storage.workspaces.get(id)).toEqual({ ...asked, ...blank });
  const progress = { phase: "Receiving objects", percent: 40 };
  const changed = storage.workspaces.update(id, { progress, head: "abc", branch: null }, temp.later);
  expect(changed).toEqual({ ...asked, ...blank, progress, head: "abc", branch: null, updatedAt: temp.later });
  const error = problemOf(new Error("x"), "/v1/workspaces");
  expect(storage.workspaces.update(id, { progress: null, error, state: "failed" }, temp.later)).toMatchObject(
    {
      ...{ progress: null, error, state: "failed", head: "abc" },
    },
  );
  const granted = {
    network: { mode: "hosts" as const, hosts: ["a.example"], presets: [] },
    gitConfigWritable: true,
  };
  expect(storage.workspaces.update(id, granted, temp.later)).toMatchObject(granted);
  expect(storage.workspaces.update(id, { head: "def" }, temp.later)).toMatchObject(granted);
  expect(storage.workspaces.get(temp.newId("wsp"))).toBeUndefined();
  const unknown = () => storage.workspaces.update(temp.newId("wsp"), { head: "x" }, temp.later);
  expect(temp.thrownBy(unknown)).toMatchObject({ code: "not-found" });
});

test("workspaces are listed newest first, in pages, and cloning ones apart", () => {
  const storage = temp.openTemp();
  const [a, b, c] = [temp.addWorkspace(storage), temp.addWorkspace(storage), temp.addWorkspace(storage)];
  const ids = (page: object) => storage.workspaces.list({ limit: 9, ...page }).map(({ id }) => id);
  expect([ids({}), ids({ limit: 1 }), ids({ cursor: b })]).toEqual([[c, b, a], [c], [a]]);
  storage.workspaces.update(b, { state: "cloning" }, temp.at);
  expect(storage.workspaces.cloning().map(({ id }) => id)).toEqual([b]);
  storage.workspaces.update(b, { state: "ready" }, temp.at);
  expect(storage.workspaces.cloning()).toEqual([]);
});

test("a workspace with sessions stays; one without goes", () => {
  const storage = temp.openTemp();
  const workspaceId = temp.addWorkspace(storage);
  const session = temp.addSession(storage, { workspaceId });
  temp.addSession(storage);
  expect(storage.workspaces.sessionIds(workspaceId)).toEqual([session]);
  expect(temp.thrownBy(() => storage.workspaces.remove(workspaceId))).toMatchObject({
    code: "workspace-in-use",
  });
  storage.sessions.remove(session);
  storage.workspaces.remove(workspaceId);
  expect(storage.workspaces.get(workspaceId)).toBeUndefined();
  expect(storage.workspaces.sessionIds(workspaceId)).toEqual([]);
});

test("a request is remembered with its answer, also one without a body", () => {
  const storage = temp.openTemp();
  const begun = { operationId: "createSession", requestHash: "h" };
  const { requests } = storage.requestDatabases.chat_history;
  for (const key of ["k1", "k2", "k3"]) requests.begin(key, { ...begun, at: temp.at });
  expect(storage.requests.find("k1")).toEqual({ ...begun, answer: null });
  const answers = { k1: { a: ["ü"] }, k2: undefined, k3: null };
  for (const [key, body] of Object.entries(answers)) {
    requests.finish(key, { status: 201, body });
    expect(storage.requests.find(key)).toEqual({ ...begun, answer: { status: 201, body } });
  }
  expect(storage.requests.find("k4")).toBeUndefined();
});

test.each(databaseNames)(
  "a key of %s is taken once, until it is pruned, and found whichever it is of",
  (name) => {
    const storage = temp.openTemp();
    const { requests } = storage.requestDatabases[name];
    const begin = (key: string, at = temp.at) =>
      requests.begin(key, { operationId: "o", requestHash: "h", at });
    begin("k1");
    begin("k2", temp.later);
    expect(() => begin("k1")).toThrow("UNIQUE");
    expect(() => requests.finish("k9", { status: 200, body: 1 })).toThrow(
      "Only a request that has begun can finish",
    );
    const hashes = () => ["k1", "k2"].map((key) => storage.requests.find(key)?.requestHash);
    for (let later = 0; later < 998; later++) begin(`later-${later}`, temp.later);
    storage.requests.prune(temp.later);
    expect(hashes(), "the newest thousand stay, however far the clock jumped").toEqual(["h", "h"]);
    begin("one more", temp.later);
    storage.requests.prune(temp.later);
    expect(hashes()).toEqual([undefined, "h"]);
  },
);

const profile = {
  description: "d",
  systemPrompt: "p",
  builtIn: false,
  createdAt: temp.at,
  updatedAt: temp.at,
};

test("agents are put, replaced, listed by id and removed; the built-in one is not among them", () => {
  const storage = temp.openTemp();
  const [a, b] = [temp.newId("agt"), temp.newId("agt")];
  const agent = { ...profile, id: a, name: "A", model: null, tools: ["readFile"] };
  storage.agents.put({ ...profile, id: b, name: "B", model: "m@p", tools: null });
  storage.agents.put(agent);
  storage.agents.put({ ...agent, name: "A2" });
  expect(storage.agents.get(a)).toEqual({ ...agent, name: "A2" });
  const ids = (page: object) => storage.agents.list({ limit: 9, ...page }).map(({ id }) => id);
  expect([ids({}), ids({ limit: 1 }), ids({ cursor: a }), ids({ cursor: b })]).toEqual([
    [a, b],
    [a],
    [b],
    [],
  ]);
  expect(storage.agents.get(builtInAgentId)).toBeUndefined();
  const builtIn = () => storage.agents.put({ ...agent, id: builtInAgentId });
  expect(temp.thrownBy(builtIn)).toMatchObject({ code: "agent-built-in" });
  storage.agents.remove(a);
  storage.agents.remove(a);
  expect(ids({})).toEqual([b]);
});

test("settings are empty at first, then what was written last", () => {
  const storage = temp.openTemp();
  expect(storage.settings.read()).toEqual({ version: 1, settings: {}, providers: {}, updatedAt: null });
  const provider = {
    type: "openai",
    baseUrl: null,
    apiKey: "k",
    models: { m: { contextTokens: 5 } },
  } as const;
  storage.settings.write({
    version: 1,
    settings: { stepsMax: 5 },
    providers: { p: provider },
    updatedAt: temp.at,
  });
  const written = {
    version: 1,
    settings: { planMode: true },
    providers: { q: provider },
    updatedAt: temp.later,
  } as const;
  storage.settings.write(written);
  expect(storage.settings.read()).toEqual(written);
});

test("settings of a newer form are refused, not misread", () => {
  const folder = temp.tempFolder();
  const storage = temp.open(folder);
  storage.settings.write({ version: 1, settings: {}, providers: {}, updatedAt: null });
  const other = new Sqlite(join(folder, "settings.db"));
  other.exec("UPDATE settings SET version = 2");
  other.close();
  expect(() => storage.settings.read()).toThrow("stored in form 2");
});

const odd = {
  "a NUL": "a\0b",
  "a lone surrogate": "a\ud83db",
  emoji: "🧑‍💻 é ﷽",
  "half a million characters": "ü".repeat(500_000),
  "what looks like SQL": `'); DROP TABLE sessions; --`,
  "what looks like JSON": `{"__proto__": {"a": 1}}`,
};

test.each(Object.entries(odd))(
  "%s goes in and comes out of every JSON column, a lone surrogate replaced",
  (_, given) => {
    const text = given.toWellFormed();
    const storage = temp.openTemp();
    const session = temp.addSession(storage);
    const id = temp.addMessage(storage, session, { content: [{ type: "text", text: given }] });
    storage.messages.deliver(id);
    const { id: action } = temp.addAction(storage, session, { input: { [given]: given } });
    storage.atomically("request.change", () => storage.events.append(session, [temp.token(given)]));
    expect(storage.messages.history(session)[0]?.message.content).toEqual([{ type: "text", text }]);
    expect(storage.actions.get(action)?.input).toEqual({ [text]: text });
    expect(storage.events.read(session, 0, 1)[0]?.data).toMatchObject({ text });
    expect(storage.events.written(session, "msg_1").text).toBe(text);
    expect(storage.sessions.list({ limit: 9, archived: false, search: text.slice(0, 200) })).toHaveLength(1);
  },
);

test.each(Object.entries(odd))(
  "%s goes in and comes out of a text column, a lone surrogate replaced",
  (_, text) => {
    const storage = temp.openTemp();
    const session = temp.addSession(storage, { title: text });
    const file = temp.addFile(storage, { name: text });
    expect(storage.sessions.get(session)?.title).toBe(text.toWellFormed());
    expect(storage.files.get(file.id)?.name).toBe(text.toWellFormed());
    expect(storage.sessions.list({ limit: 9, archived: false, search: text.slice(0, 200) })).toHaveLength(1);
    storage.requestDatabases.agents.requests.begin(text.slice(0, 128), {
      operationId: "o",
      requestHash: "h",
      at: temp.at,
    });
    expect(storage.requests.find(text.slice(0, 128))).toBeDefined();
  },
);
