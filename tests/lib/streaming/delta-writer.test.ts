import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { AppError } from "../../../lib/errors.ts";
import type { Delta, Event, OutputDelta } from "../../../lib/event.ts";
import type { Storage } from "../../../lib/ports/storage.ts";
import { createDeltaWriter } from "../../../lib/streaming/index.ts";
import * as temp from "../storage/temp-storage.ts";
import { eventually } from "../../support/time/eventually.ts";

function openWriter(atomically?: (storage: Storage) => Storage["atomically"]) {
  const storage = temp.openTemp();
  const commits: Event[][] = [];
  storage.events.onCommitted((_, events) => commits.push([...events]));
  let now = 1000;
  let timer: { at: number; work: () => void } | undefined;
  const timers = {
    now: () => now,
    schedule: (ms: number, work: () => void) => {
      timer = { at: now + Math.max(ms, 0), work };
      return () => (timer = undefined);
    },
  };
  /** Moves the clock, and runs what falls due. */
  const pass = (ms: number) => {
    const until = now + ms;
    while (timer && timer.at <= until) {
      const { at, work } = timer;
      timer = undefined;
      now = at;
      work();
    }
    now = Math.max(now, until);
  };
  const writer = createDeltaWriter({
    log: storage.events,
    atomically: atomically?.(storage) ?? storage.atomically,
    afterCommit: storage.afterCommit,
    timers,
  });
  return {
    storage,
    writer,
    commits,
    pass,
    now: () => now,
    /** Time that a call takes. */
    take: (ms: number) => void (now += ms),
    isWaiting: () => timer !== undefined,
    sessionId: temp.addSession(storage),
  };
}

const delta = (sessionId: string, text: string, change: Partial<Delta> = {}): Delta => ({
  sessionId,
  taskId: "tsk_1",
  messageId: "msg_1",
  type: "token",
  text,
  ...change,
});
const output = (sessionId: string, text: string, change: Partial<OutputDelta> = {}): OutputDelta => ({
  sessionId,
  taskId: "tsk_1",
  toolCallId: "call_1",
  type: "tool.output",
  stream: "stdout",
  text,
  ...change,
});
const said = (events: readonly Event[]) =>
  events.map((event) => `${event.type} ${"text" in event.data ? event.data.text : ""}`);

test("the first delta after a quiet time goes out at once, later ones together at most every 16 ms", () => {
  const { writer, commits, pass, sessionId } = openWriter();
  writer.push(delta(sessionId, "Hel"));
  writer.push(delta(sessionId, "lo"));
  pass(0);
  expect(commits.map(said)).toEqual([["token Hello"]]);
  for (const text of [" ", "wor", "ld"]) writer.push(delta(sessionId, text));
  pass(15);
  expect(commits.length).toBe(1);
  pass(1);
  expect(commits.map(said)).toEqual([["token Hello"], ["token  world"]]);
  pass(100);
  writer.push(delta(sessionId, "!"));
  pass(0);
  expect(commits.length).toBe(3);
});

test("on a slow disk a write is followed by as long a rest, within bounds", () => {
  const rests: number[] = [];
  let [tookMs, endedAt] = [0, Number.NaN];
  const room = openWriter(({ atomically }) => (boundary, work) => {
    rests.push(room.now() - endedAt);
    const result = atomically(boundary, work);
    room.take(tookMs);
    endedAt = room.now();
    return result;
  });
  const { writer, commits, pass, sessionId } = room;
  for (tookMs of [0, 2, 40, 1000, 0, 0]) {
    writer.push(delta(sessionId, "."));
    for (const before = commits.length; commits.length === before;) pass(1);
  }
  expect(rests.slice(1)).toEqual([16, 14, 40, 250, 16]);
});

test("only neighbours of the same kind are joined, and the order stays", () => {
  const { writer, commits, sessionId } = openWriter();
  writer.push(delta(sessionId, "a", { type: "reasoning" }));
  writer.push(delta(sessionId, "b", { type: "reasoning" }));
  writer.push(delta(sessionId, "c"));
  writer.push(delta(sessionId, "d", { messageId: "msg_2" }));
  writer.push(output(sessionId, "e"));
  writer.push(output(sessionId, "f", { stream: "stderr" }));
  writer.push(output(sessionId, "g", { stream: "stderr" }));
  writer.push(output(sessionId, "h", { stream: "stderr", toolCallId: "call_2" }));
  writer.push(output(sessionId, "i"));
  writer.flush();
  const parts = [
    "reasoning ab",
    "token c",
    "token d",
    "tool.output e",
    "tool.output fg",
    "tool.output h",
    "tool.output i",
  ];
  expect(commits.map(said)).toEqual([parts]);
});

test("all sessions are written in one transaction", () => {
  let transactions = 0;
  const { storage, writer, commits, pass, sessionId } = openWriter(({ atomically }) => (boundary, work) => {
    transactions++;
    return atomically(boundary, work);
  });
  const others = [temp.addSession(storage), temp.addSession(storage)];
  for (const id of [sessionId, ...others, sessionId]) writer.push(delta(id, "x"));
  pass(0);
  expect(transactions).toBe(1);
  expect(commits.map(said)).toEqual([["token xx"], ["token x"], ["token x"]]);
});

test("flush writes at once, so that an event appended after it comes after the text", () => {
  const { storage, writer, commits, pass, isWaiting, sessionId } = openWriter();
  writer.push(delta(sessionId, "a"));
  storage.atomically("request.change", () => {
    writer.flush();
    storage.events.append(sessionId, [temp.token("then")]);
  });
  expect(commits.map(said)).toEqual([["token a", "token then"]]);
  expect(isWaiting()).toBe(false);
  pass(100);
  expect(commits.length).toBe(1);
});

test("text flushed inside a transaction that is rolled back is written later", async () => {
  const { storage, writer, commits, pass, sessionId } = openWriter();
  writer.push(delta(sessionId, "a"));
  const failing = () =>
    storage.atomically("request.change", () => {
      writer.flush();
      throw new Error("rolled back");
    });
  expect(failing).toThrow("rolled back");
  writer.push(delta(sessionId, "b"));
  await Promise.resolve();
  pass(20);
  expect(commits.map(said)).toEqual([["token ab"]]);
});

test("a full disk is told at the next push, and the text is kept until there is room", () => {
  let isFull = true;
  const { writer, commits, pass, sessionId } = openWriter(({ atomically }) => (boundary, work) => {
    if (isFull) throw new AppError("storage-full", "The disk is full.");
    return atomically(boundary, work);
  });
  writer.push(delta(sessionId, "kept"));
  pass(0);
  expect(() => writer.push(delta(sessionId, "refused"))).toThrow("The disk is full.");
  expect(() => writer.flush()).toThrow("The disk is full.");
  isFull = false;
  pass(250);
  writer.push(delta(sessionId, ", and more"));
  writer.flush();
  expect(commits.map(said)).toEqual([["token kept"], ["token , and more"]]);
});

test("text that can never be written is told once, and does not stop other sessions", () => {
  const { writer, commits, pass, sessionId } = openWriter();
  writer.push(delta(temp.newId("ses"), "to nobody"));
  writer.push(delta(sessionId, "to somebody"));
  pass(0);
  expect(commits.map(said)).toEqual([["token to somebody"]]);
  expect(() => writer.push(delta(sessionId, "x"))).toThrow(/session/);
  writer.push(delta(sessionId, "on we go"));
  writer.flush();
  expect(commits.map(said)).toEqual([["token to somebody"], ["token on we go"]]);
});

test("close writes what is pending, stops the timer and refuses more", () => {
  const { writer, commits, isWaiting, sessionId } = openWriter();
  writer.push(delta(sessionId, "last words"));
  writer.close();
  expect(commits.map(said)).toEqual([["token last words"]]);
  expect(isWaiting()).toBe(false);
  expect(() => writer.push(delta(sessionId, "x"))).toThrow(/stopping/);
});

test("close lets go of what the database refuses for the moment, and tells of what can never be written", () => {
  const full = openWriter(() => () => {
    throw new AppError("storage-full", "The disk is full.");
  });
  full.writer.push(delta(full.sessionId, "void at the next start"));
  full.writer.close();
  expect(full.isWaiting()).toBe(false);
  const { writer } = openWriter();
  writer.push(delta(temp.newId("ses"), "to nobody"));
  expect(() => writer.close()).toThrow(/session/);
});

test("with real timers the text comes out whole, in few events", async () => {
  const storage = temp.openTemp();
  const sessionId = temp.addSession(storage);
  const writer = createDeltaWriter({
    log: storage.events,
    atomically: storage.atomically,
    afterCommit: storage.afterCommit,
  });
  onTestFinished(() => writer.close());
  const started = performance.now();
  for (let count = 0; count < 100; count++) {
    writer.push(delta(sessionId, `${count} `));
    if (count % 5 === 0) await sleep(2);
  }
  const elapsed = performance.now() - started;
  const whole = Array.from({ length: 100 }, (_, count) => `${count} `).join("");
  const written = () =>
    storage.events.read(sessionId, 0, 500).map((event) => (event.type === "token" ? event.data.text : ""));
  await eventually(() => expect(written().join("")).toBe(whole));
  expect(written().length).toBeLessThanOrEqual(elapsed / 16 + 3);
});

test("with real timers a first delta does not wait for the next timer", async () => {
  let writes = 0;
  const log = {
    append: () => {
      writes++;
      return [];
    },
  };
  const writer = createDeltaWriter({ log, atomically: (_, work) => work(), afterCommit: (work) => work() });
  for (let count = 0; count < 8; count++) {
    const before = writes;
    const isWritten = new Promise((resolve) => void setTimeout(() => resolve(writes > before), 10));
    writer.push(delta("ses_1", "x"));
    expect(await isWritten, "before a timer that is due before the writer's would be").toBe(true);
    await sleep(40);
  }
  writer.close();
});
