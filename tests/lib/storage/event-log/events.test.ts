import { expect, test } from "vitest";
import { systemClock } from "../../../../lib/ports/clock.ts";
import type { Event, NewEvent } from "../../../../lib/event.ts";
import type { Storage } from "../../../../lib/ports/storage.ts";
import * as temp from "../temp-storage.ts";

const append = (storage: Storage, session: string, ...texts: string[]) =>
  storage.atomically("request.change", () =>
    storage.events.append(
      session,
      texts.map((text) => temp.token(text)),
    ),
  );

const sequences = (events: readonly Event[]) => events.map(({ id }) => Number(id.slice(-10)));

function heard(storage: Storage): [sessionId: string, texts: string[]][] {
  const calls: [string, string[]][] = [];
  storage.events.onCommitted((sessionId, events) => calls.push([sessionId, events.map(textOf)]));
  return calls;
}

const textOf = (event: Event) => (event.type === "token" ? event.data.text : event.type);

function created(storage: Storage, messageId: string): NewEvent {
  const message = storage.messages.get(messageId);
  if (!message) throw new Error("no message");
  return { type: "message.created", data: { message } };
}

test("sequences count up from 1 in each session, and go on after a restart", () => {
  const folder = temp.tempFolder();
  const first = temp.open(folder);
  const [one, two] = [temp.addSession(first), temp.addSession(first)];
  expect(append(first, one, "a", "b")[1]?.id).toBe("evt_0001_0000000002");
  append(first, two, "x");
  append(first, one, "c");
  const before = first.events.read(one, 0, 9);
  first.close();
  const second = temp.open(folder);
  expect(second.events.read(one, 0, 9)).toEqual(before);
  append(second, one, "d");
  expect(sequences(second.events.read(one, 0, 9))).toEqual([1, 2, 3, 4]);
  expect(sequences(second.events.read(two, 0, 9))).toEqual([1]);
  expect(second.sessions.get(one)?.lastEventId).toBe("evt_0001_0000000004");
});

test("an event reads as it was appended, with its task only where it has one", () => {
  const storage = temp.openTemp({ clock: { ...systemClock, now: () => Date.parse(temp.at) } });
  const session = temp.addSession(storage);
  const [plain, ofTask] = storage.atomically("request.change", () =>
    storage.events.append(session, [temp.token("a"), { ...temp.token("b"), taskId: "tsk_1" }]),
  );
  const data = { messageId: "msg_1", text: "a" };
  expect(plain).toEqual({
    id: "evt_0001_0000000001",
    sessionId: session,
    type: "token",
    createdAt: temp.at,
    data,
  });
  expect(ofTask).toMatchObject({ taskId: "tsk_1" });
  expect(storage.events.read(session, 0, 9)).toEqual([plain, ofTask]);
  expect(storage.events.read(session, 0, 9)[0]).not.toHaveProperty("taskId");
});

test("the log is read in pages", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  append(storage, session, ..."a b c d e f g".split(" "));
  const page = (after: number) => sequences(storage.events.read(session, after, 3));
  expect([page(0), page(3), page(6), page(7)]).toEqual([[1, 2, 3], [4, 5, 6], [7], []]);
});

test("bounds tell the first and last sequence, and know no other session", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  expect(storage.events.bounds(session)).toEqual({ generation: 1, firstSequence: 1, lastSequence: 0 });
  append(storage, session, "a", "b");
  expect(storage.events.bounds(session)).toEqual({ generation: 1, firstSequence: 1, lastSequence: 2 });
  expect(temp.thrownBy(() => storage.events.bounds("ses_0"))).toMatchObject({ code: "not-found" });
});

test("events are appended in a transaction or not at all", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  expect(() => storage.events.append(session, [temp.token("a")])).toThrow("in the transaction");
  expect(storage.events.read(session, 0, 9)).toEqual([]);
  expect(temp.thrownBy(() => append(storage, "ses_0", "a"))).toMatchObject({ code: "not-found" });
  expect(storage.atomically("request.change", () => storage.events.append(session, []))).toEqual([]);
});

test("listeners hear after the commit, once for each session, in order", () => {
  const storage = temp.openTemp();
  const [one, two] = [temp.addSession(storage), temp.addSession(storage)];
  const calls = heard(storage);
  storage.atomically("request.change", () => {
    append(storage, one, "a");
    append(storage, two, "x");
    append(storage, one, "b", "c");
    expect(calls).toEqual([]);
  });
  expect(calls).toEqual([
    [one, ["a", "b", "c"]],
    [two, ["x"]],
  ]);
});

test("a listener that was stopped hears nothing more", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  let count = 0;
  const stop = storage.events.onCommitted(() => count++);
  append(storage, session, "a");
  stop();
  append(storage, session, "b");
  expect(count).toBe(1);
});

test("what is rolled back was never there: not in the log, not for listeners, not in the sequence", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const calls = heard(storage);
  const fail = () =>
    storage.atomically("request.change", () => {
      append(storage, session, "lost");
      throw new Error("no");
    });
  expect(fail).toThrow("no");
  expect(storage.events.bounds(session).lastSequence).toBe(0);
  expect(append(storage, session, "kept")[0]?.id).toBe("evt_0001_0000000001");
  expect(calls).toEqual([[session, ["kept"]]]);
});

test("events that a listener causes come after those it was told of, for every listener", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  storage.events.onCommitted((_, events) => {
    if (events.some((event) => textOf(event) === "first")) append(storage, session, "second");
  });
  const calls = heard(storage);
  append(storage, session, "first");
  expect(calls.flatMap(([, texts]) => texts)).toEqual(["first", "second"]);
});

test("a listener that throws is reported and stops neither the others nor the caller", () => {
  const faults: unknown[] = [];
  const storage = temp.openTemp({ onFault: (error) => faults.push(error) });
  const session = temp.addSession(storage);
  storage.events.onCommitted(() => {
    throw new Error("broken listener");
  });
  const calls = heard(storage);
  append(storage, session, "a");
  expect(calls).toEqual([[session, ["a"]]]);
  expect(faults).toEqual([new Error("broken listener")]);
});

test("a session is told with the event that tells it as its last", () => {
  const storage = temp.openTemp();
  const id = temp.addSession(storage);
  append(storage, id, "a");
  const session = storage.sessions.get(id);
  if (!session) throw new Error("no session");
  storage.atomically("request.change", () =>
    storage.events.append(id, [{ type: "session.updated", data: { session } }]),
  );
  const [event] = storage.events.read(id, 1, 1);
  expect(event).toMatchObject({
    id: "evt_0001_0000000002",
    data: { session: { lastEventId: "evt_0001_0000000002" } },
  });
  expect(session.lastEventId).toBe("evt_0001_0000000001");
});

test("what is written so far are the deltas of the message since it was last created", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const [mine, other] = [temp.addMessage(storage, session), temp.addMessage(storage, session)];
  const emit = (...events: NewEvent[]) =>
    storage.atomically("request.change", () => storage.events.append(session, events));
  emit(created(storage, mine), temp.token("superseded", mine));
  emit(created(storage, mine), { type: "reasoning", data: { messageId: mine, text: "hm" } });
  emit(created(storage, other), temp.token("Hel", mine), temp.token("no", other), temp.token("lo", mine));
  expect(storage.events.written(session, mine)).toEqual({ text: "Hello", reasoning: "hm" });
  expect(storage.events.written(session, other)).toEqual({ text: "no", reasoning: "" });
  expect(storage.events.written(session, temp.newId("msg"))).toEqual({ text: "", reasoning: "" });
});

test("what is written is told anew as it grows, without what was rolled back, and starts again with the message", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const message = temp.addMessage(storage, session);
  const say = (text: string) => temp.token(text, message);
  const emit = (...events: NewEvent[]) =>
    storage.atomically("request.change", () => storage.events.append(session, events));
  const text = () => storage.events.written(session, message).text;
  emit(say("One"), say(", two"));
  expect(text()).toBe("One, two");
  const rolledBack = () =>
    storage.atomically("request.change", () => {
      storage.events.append(session, [say(", no")]);
      expect(text()).toBe("One, two, no");
      throw new Error("no");
    });
  expect(rolledBack).toThrow("no");
  expect(text()).toBe("One, two");
  emit(say(", three"));
  expect(text()).toBe("One, two, three");
  emit(created(storage, message), say("Again"));
  expect(text()).toBe("Again");
});
