import { join } from "node:path";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Event, StreamFrame } from "../../../lib/event.ts";
import * as temp from "../storage/temp-storage.ts";
import { ending, openRoom, readAll, say, texts } from "./room.ts";
import { eventually } from "../../support/time/eventually.ts";

const query = (sessionId: string, after: string | undefined, signal: AbortSignal) => ({
  sessionId,
  after,
  signal,
});
const evt = (sequence: number, generation = 1) =>
  `evt_${String(generation).padStart(4, "0")}_${String(sequence).padStart(10, "0")}`;

test("a stream without a cursor begins with the snapshot and replays the whole log", async () => {
  const { storage, feed, sessionId } = openRoom();
  say(storage, sessionId, "a", "b");
  const read = readAll(feed.open(query(sessionId, undefined, ending().signal)));
  await eventually(() => expect(texts(read.frames)).toEqual(["snapshot", "a", "b"]));
  say(storage, sessionId, "c");
  await eventually(() => expect(texts(read.frames)).toEqual(["snapshot", "a", "b", "c"]));
});

test("a cursor gets what comes after it, and `latest` only what is new", async () => {
  const { storage, feed, sessionId } = openRoom();
  const [, second] = say(storage, sessionId, "a", "b", "c");
  const resumed = readAll(feed.open(query(sessionId, second?.id, ending().signal)));
  const latest = readAll(feed.open(query(sessionId, "latest", ending().signal)));
  say(storage, sessionId, "d");
  await eventually(() => expect(texts(resumed.frames)).toEqual(["snapshot", "c", "d"]));
  await eventually(() => expect(texts(latest.frames)).toEqual(["snapshot", "d"]));
});

test("an unknown session is refused when the stream is opened, not when it is read", () => {
  const { feed } = openRoom();
  const unknown = temp.newId("ses");
  expect(() => feed.open(query(unknown, undefined, ending().signal))).toThrow(/session/);
  expect(() => feed.page({ sessionId: unknown, after: undefined, limit: 5 })).toThrow(/session/);
});

test("a cursor the log cannot serve is told as a gap, and the stream goes on from the first event there is", async () => {
  const { folder, storage, feed, sessionId } = openRoom();
  say(storage, sessionId, "a", "b", "c", "d");
  prune(folder, sessionId, 2);
  const framesAfter = async (after: string | undefined) => {
    const read = readAll(feed.open(query(sessionId, after, ending().signal)));
    await eventually(() => expect(texts(read.frames).at(-1)).toBe("d"));
    return texts(read.frames);
  };
  const rest = (reason: string) => ["snapshot", `gap ${reason} ${evt(3)}`, "c", "d"];
  expect(await framesAfter(evt(1))).toEqual(rest("pruned"));
  expect(await framesAfter(undefined)).toEqual(rest("pruned"));
  expect(await framesAfter(evt(9))).toEqual(rest("future"));
  expect(await framesAfter(evt(4, 2))).toEqual(rest("generation"));
  expect(await framesAfter(evt(2))).toEqual(["snapshot", "c", "d"]);
  expect(feed.page({ sessionId, after: evt(9), limit: 9 }).gap).toEqual({
    reason: "future",
    firstId: evt(3),
  });
});

test("a gap in an empty log names no event", async () => {
  const { feed, sessionId } = openRoom();
  const read = readAll(feed.open(query(sessionId, evt(7), ending().signal)));
  await eventually(() => expect(texts(read.frames)).toEqual(["snapshot", "gap future null"]));
});

test("what is pruned under a slow reader is told to it as a gap, once", async () => {
  const { folder, storage, feed, sessionId } = openRoom({ recentEventsMax: 2 });
  say(storage, sessionId, "a");
  const stream = feed.open(query(sessionId, undefined, ending().signal))[Symbol.asyncIterator]();
  const next = async () => texts((await stream.next()).value as StreamFrame[]);
  expect(await next()).toEqual(["snapshot"]);
  expect(await next()).toEqual(["a"]);
  for (const text of ["b", "c", "d", "e", "f", "g", "h"]) say(storage, sessionId, text);
  prune(folder, sessionId, 3);
  const frames = (await stream.next()).value as StreamFrame[];
  expect(texts(frames)).toEqual(["snapshot", `gap pruned ${evt(4)}`, "d", "e", "f", "g", "h"]);
  // What the lost events said of the present, such as a decision that was taken, is in no event that follows.
  expect(frames[0]).toMatchObject({ data: { session: { lastEventId: evt(8) } } });
  say(storage, sessionId, "i");
  expect(await next()).toEqual(["i"]);
});

test("whatever the pace of commits and readers, each reader gets each event once and in order", async () => {
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("say" as const), count: fc.integer({ min: 1, max: 7 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("read" as const), reader: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("turn" as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("resume" as const), reader: fc.nat(3) }) },
  );
  const { storage, feed } = openRoom({ recentEventsMax: 3 });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const sessionId = temp.addSession(storage);
      const controllers: AbortController[] = [];
      const seen: Event[][] = [[], [], [], []];
      const connect = (reader: number) => {
        const controller = new AbortController();
        controllers.push(controller);
        const after = seen[reader]?.at(-1)?.id;
        return {
          controller,
          stream: feed.open(query(sessionId, after, controller.signal))[Symbol.asyncIterator](),
        };
      };
      const readers = seen.map((_, reader) => connect(reader));
      const pulls = seen.map(() => Promise.resolve());
      const pull = (reader: number) => {
        const { stream } = readers[reader] ?? connect(reader);
        const batch = stream.next().then(({ value }) => {
          for (const frame of value ?? []) if ("id" in frame) seen[reader]?.push(frame);
        });
        pulls[reader] = Promise.all([pulls[reader], batch]).then(() => undefined);
      };
      let count = 0;
      for (const one of steps) {
        if (one.kind === "say")
          say(storage, sessionId, ...Array.from({ length: one.count }, () => `${++count}`));
        else if (one.kind === "read") pull(one.reader);
        else if (one.kind === "turn") await turn();
        else {
          readers[one.reader]?.controller.abort();
          await pulls[one.reader];
          readers[one.reader] = connect(one.reader);
        }
      }
      const expected = Array.from({ length: count }, (_, index) => `${index + 1}`);
      for (const reader of seen.keys())
        for (let tries = 0; (seen[reader]?.length ?? 0) < count && tries < 500; tries++) {
          pull(reader);
          await turn();
        }
      for (const controller of controllers) controller.abort();
      await Promise.all(pulls);
      for (const events of seen) expect(texts(events)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test("an abort ends a waiting stream and leaves nothing behind", async () => {
  const { storage, feed, sessionId } = openRoom();
  const controller = new AbortController();
  const remove = vi.spyOn(controller.signal, "removeEventListener");
  const add = vi.spyOn(controller.signal, "addEventListener");
  const read = readAll(feed.open(query(sessionId, "latest", controller.signal)));
  await turn();
  controller.abort();
  await read.done;
  say(storage, sessionId, "too late");
  expect(texts(read.frames)).toEqual(["snapshot"]);
  expect(remove.mock.calls.length).toBe(add.mock.calls.length);
});

test("a reader that stops reading holds nothing up and finds everything in the log later", async () => {
  const { storage, feed, sessionId } = openRoom({ recentEventsMax: 4 });
  const slow = feed.open(query(sessionId, undefined, ending().signal))[Symbol.asyncIterator]();
  await slow.next();
  const fast = readAll(feed.open(query(sessionId, undefined, ending().signal)));
  const said = Array.from({ length: 1200 }, (_, index) => `${index}`);
  for (const text of said) say(storage, sessionId, text);
  await eventually(() => expect(texts(fast.frames).slice(1)).toEqual(said));
  const late: StreamFrame[] = [];
  while (late.length < said.length) late.push(...((await slow.next()).value as StreamFrame[]));
  expect(texts(late)).toEqual(said);
});

test("the end of a session ends its streams and no others", async () => {
  const { storage, feed, sessionId } = openRoom();
  const otherId = temp.addSession(storage);
  const gone = readAll(feed.open(query(sessionId, undefined, ending().signal)));
  const other = readAll(feed.open(query(otherId, undefined, ending().signal)));
  await turn();
  storage.atomically("request.change", () => {
    storage.sessions.remove(sessionId);
    storage.afterCommit(() => feed.end(sessionId));
  });
  await gone.done;
  say(storage, otherId, "still here");
  await eventually(() => expect(texts(other.frames)).toEqual(["snapshot", "still here"]));
  feed.close();
  await other.done;
});

test("pages join to the log, and the last one says so", () => {
  const { storage, feed, sessionId } = openRoom();
  say(storage, sessionId, "a", "b", "c", "d", "e");
  const first = feed.page({ sessionId, after: undefined, limit: 3 });
  expect([texts(first.items), first.nextCursor, first.gap]).toEqual([["a", "b", "c"], evt(3), null]);
  const second = feed.page({ sessionId, after: evt(3), limit: 3 });
  expect([texts(second.items), second.nextCursor]).toEqual([["d", "e"], null]);
  expect(feed.page({ sessionId, after: "latest", limit: 3 }).items).toEqual([]);
});

test("a long replay lets other work have its turn", async () => {
  const { storage, feed, sessionId } = openRoom();
  say(storage, sessionId, ...Array.from({ length: 3000 }, (_, index) => `${index}`));
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const read = readAll(feed.open(query(sessionId, undefined, ending().signal)));
  await eventually(() => expect(read.frames.length).toBe(3001));
  await sleep(5);
  clearInterval(counting);
  expect(turns).toBeGreaterThan(2);
});

test("long events leave the tail early; a reader behind it gets them from the log, once and in order", async () => {
  const { storage, feed, sessionId } = openRoom({ recentCharactersMax: 1000 });
  const late = feed.open(query(sessionId, undefined, ending().signal))[Symbol.asyncIterator]();
  await late.next(); // It has joined, and takes nothing more for now.
  const read = readAll(feed.open(query(sessionId, undefined, ending().signal)));
  const long = Array.from({ length: 200 }, (_, index) => `${index} ${"x".repeat(700)}`);
  const looks = vi.spyOn(storage.events, "read");
  for (const text of long) say(storage, sessionId, text);
  await eventually(() => expect(texts(read.frames).slice(1)).toEqual(long));
  const heard: string[] = [];
  let batchMax = 0;
  while (heard.length < long.length) {
    const batch = texts((await late.next()).value ?? []);
    batchMax = Math.max(batchMax, batch.length);
    heard.push(...batch);
  }
  expect(heard).toEqual(long);
  expect(batchMax).toBeLessThanOrEqual(50);
  expect(looks).toHaveBeenCalled();
});

/** As the upkeep of the log does it. */
function prune(folder: string, sessionId: string, upTo: number): void {
  const other = new Database(join(folder, "chat_history.db"));
  other.prepare("DELETE FROM events WHERE session_id = ? AND sequence <= ?").run(sessionId, upTo);
  other.prepare("UPDATE sessions SET pruned_sequence = ? WHERE id = ?").run(upTo, sessionId);
  other.close();
}
