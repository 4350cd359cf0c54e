import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import * as temp from "../temp-storage.ts";

const all = { limit: 50, archived: false };

function fail(): never {
  throw new Error("no");
}

test("a transaction that throws leaves nothing, and what it threw arrives as it was", () => {
  const storage = temp.openTemp();
  const error = new Error("no");
  const work = () => {
    temp.addSession(storage);
    throw error;
  };
  expect(temp.thrownBy(() => storage.atomically("request.change", work))).toBe(error);
  expect(storage.sessions.list(all)).toEqual([]);
  expect(storage.workspaces.list({ limit: 9 })).toEqual([]);
});

test("a transaction answers what its work returns, and is there for another connection", () => {
  const folder = temp.tempFolder();
  const storage = temp.open(folder);
  const session = storage.atomically("request.change", () => temp.addSession(storage));
  const other = new Database(join(folder, "chat_history.db"), { readonly: true });
  expect(other.prepare("SELECT id FROM sessions").pluck().all()).toEqual([session]);
  other.close();
});

test("calls inside join: the outer one takes them along when it throws", () => {
  const storage = temp.openTemp();
  const ran: string[] = [];
  const outer = () =>
    storage.atomically("request.change", () => {
      storage.atomically("request.change", () => {
        temp.addSession(storage);
        storage.afterCommit(() => ran.push("inner"));
      });
      fail();
    });
  expect(outer).toThrow("no");
  expect([storage.sessions.list(all), ran]).toEqual([[], []]);
});

test("an inner call that throws is undone alone when the outer one goes on", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const told: string[] = [];
  storage.events.onCommitted((_, events) => told.push(...events.map(({ id }) => id)));
  storage.atomically("request.change", () => {
    storage.events.append(session, [temp.token("before")]);
    storage.afterCommit(() => told.push("before"));
    const inner = () =>
      storage.atomically("request.change", () => {
        storage.events.append(session, [temp.token("lost")]);
        storage.afterCommit(() => told.push("lost"));
        temp.addTask(storage, session);
        fail();
      });
    expect(inner).toThrow("no");
    storage.events.append(session, [temp.token("after")]);
  });
  expect(storage.events.read(session, 0, 9).map(({ data }) => data)).toMatchObject([
    { text: "before" },
    { text: "after" },
  ]);
  expect(told).toEqual(["evt_0001_0000000001", "evt_0001_0000000002", "before"]);
  expect(storage.tasks.unfinished()).toEqual([]);
});

test("callbacks run after the commit in order, and at once outside of a transaction", () => {
  const storage = temp.openTemp();
  const ran: string[] = [];
  storage.atomically("request.change", () => {
    storage.afterCommit(() => ran.push("first"));
    storage.atomically("request.change", () => storage.afterCommit(() => ran.push("second")));
    storage.afterCommit(() => ran.push("third"));
    expect(ran).toEqual([]);
  });
  storage.afterCommit(() => ran.push("outside"));
  expect(ran).toEqual(["first", "second", "third", "outside"]);
});

test("listeners hear of events before a callback can cause more", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const told: unknown[] = [];
  storage.events.onCommitted((_, events) => told.push(...events.map(({ data }) => data)));
  storage.atomically("request.change", () => {
    storage.afterCommit(() =>
      storage.atomically("request.change", () => storage.events.append(session, [temp.token("2")])),
    );
    storage.events.append(session, [temp.token("1")]);
  });
  expect(told).toMatchObject([{ text: "1" }, { text: "2" }]);
});

test("a callback that throws is reported, and neither undoes the transaction nor stops the next", () => {
  const faults: unknown[] = [];
  const storage = temp.openTemp({ onFault: (error) => faults.push(error) });
  const ran: string[] = [];
  const session = storage.atomically("request.change", () => {
    storage.afterCommit(fail);
    storage.afterCommit(() => ran.push("next"));
    return temp.addSession(storage);
  });
  expect([storage.sessions.get(session)?.id, ran, faults]).toEqual([session, ["next"], [new Error("no")]]);
});

test("work that is async is refused and undone", () => {
  const storage = temp.openTemp();
  const work = async () => temp.addSession(storage);
  expect(() => storage.atomically("request.change", work)).toThrow("must not be async");
  expect(storage.sessions.list(all)).toEqual([]);
  expect(storage.atomically("request.change", () => temp.addSession(storage))).toMatch(/^ses_/);
});

test("while another process holds the lock, writers get busy soon and readers read on", () => {
  const folder = temp.tempFolder();
  const storage = temp.open(folder, { busyTimeoutMs: 20 });
  const session = temp.addSession(storage);
  const other = new Database(join(folder, "chat_history.db"));
  other.exec("BEGIN IMMEDIATE");
  const busy = { code: "busy", retryAfterSeconds: 1 };
  expect(temp.thrownBy(() => storage.atomically("request.change", () => "never"))).toMatchObject(busy);
  expect(temp.thrownBy(() => temp.addTask(storage, session))).toMatchObject(busy);
  expect(storage.sessions.get(session)?.id).toBe(session);
  other.exec("ROLLBACK");
  other.close();
  expect(temp.addTask(storage, session)).toMatch(/^tsk_/);
});

test("a failed commit is undone with its callbacks", () => {
  const storage = temp.openTemp();
  const ran: string[] = [];
  const work = () =>
    storage.atomically("request.change", () => {
      storage.afterCommit(() => ran.push("lost"));
      const session = { id: temp.newId("ses"), title: "x", workspaceId: temp.newId("wsp"), settings: {} };
      storage.sessions.create({ ...session, agentId: temp.newId("agt"), createdAt: temp.at });
    });
  expect(work).toThrow("FOREIGN KEY"); // The reference is checked by the commit.
  expect([storage.sessions.list(all), ran]).toEqual([[], []]);
});
