import { connect } from "node:net";
import { onTestFinished, expect, test } from "vitest";
import type { StreamFrame } from "../../../lib/event.ts";
import { AppError } from "../../../lib/errors.ts";
import {
  call,
  codeOf,
  openStream as open,
  event,
  gap,
  key,
  sessionId,
  sleep,
  start,
  stream,
  until,
} from "./start-server.ts";
import { until as untilSo } from "../../support/until.ts";

test("a stream begins at once, before anything happens, and carries frames as SSE", async () => {
  const released = Promise.withResolvers<void>();
  const { url } = await start({
    handlers: {
      streamSessionEvents: ({ signal }) => ({
        status: 200,
        events: (async function* () {
          await released.promise;
          yield* stream([[gap(), event(1, "a\nb")], [event(2)]], signal);
        })(),
      }),
    },
  });
  const reader = await open(url);
  await until(() => reader.text() === "retry: 1000\n");
  expect(reader.response.headers).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
  });
  expect(reader.response.headers["x-request-id"]).toMatch(/./);
  released.resolve();
  await until(() => reader.text().includes("evt_0001_0000000002"));
  const frames = reader.text().split("\n\n");
  expect(frames).toEqual([
    `retry: 1000\nevent: gap\ndata: ${JSON.stringify(gap())}`,
    `id: evt_0001_0000000001\nevent: token\ndata: ${JSON.stringify(event(1, "a\nb"))}`,
    `id: evt_0001_0000000002\nevent: token\ndata: ${JSON.stringify(event(2))}`,
    "",
  ]);
});

test("a quiet stream carries comments, and a failure before the stream is a problem", async () => {
  const { url } = await start({
    limits: { heartbeatMs: 30 },
    handlers: { streamSessionEvents: ({ signal }) => ({ status: 200, events: stream([], signal) }) },
  });
  const reader = await open(url);
  await until(() => reader.text().split(":\n").length > 3);
  expect(reader.text()).toMatch(/^retry: 1000\n(:\n)+$/);
  const head = await call(`${url}/v1/sessions/${sessionId}/events`, { method: "HEAD" });
  expect([head.status, head.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);

  const missing = () => {
    throw new AppError("not-found", "There is no such session.");
  };
  const other = await start({ handlers: { streamSessionEvents: missing } });
  expect(codeOf(await call(`${other.url}/v1/sessions/${sessionId}/events`))).toBe("not-found");
});

test("no block of a stream is without an event, however quiet it was and however it ends", async () => {
  const { url, close } = await start({
    limits: { heartbeatMs: 10 },
    handlers: {
      streamSessionEvents: ({ signal }) => ({
        status: 200,
        events: (async function* () {
          yield [gap()];
          await sleep(50);
          yield* stream([[event(1)]], signal);
        })(),
      }),
    },
  });
  const reader = await open(url);
  await until(() => /evt_0001_0000000001[^]*\n:\n/.test(reader.text()));
  await close();
  await reader.ended;
  const blocks = reader.text().split("\n\n");
  const rest = blocks.pop() ?? ""; // The end of the connection makes no event of it.
  expect(blocks.map((block) => block.split("\n").filter((line) => line.startsWith("data: ")).length)).toEqual(
    [1, 1],
  );
  expect(rest).toMatch(/^(:\n)+: the server is stopping; resume with Last-Event-ID\nretry: \d+\n$/);
});

test("when a reader leaves, its source hears it and is ended", async () => {
  let returned = 0;
  const { url } = await start({
    handlers: {
      streamSessionEvents: ({ signal }) => ({
        status: 200,
        events: (async function* () {
          try {
            yield* stream([[event(1)]], signal);
          } finally {
            returned++;
          }
        })(),
      }),
    },
  });
  const reader = await open(url);
  await until(() => reader.text().includes("token"));
  expect(returned).toBe(0);
  reader.leave();
  await until(() => returned === 1);
});

test("a source that breaks ends its stream and only that", async () => {
  const { url } = await start({
    handlers: {
      streamSessionEvents: () => ({
        status: 200,
        events: (async function* () {
          yield [event(1)];
          await sleep(1);
          throw new Error("the log is on fire");
        })(),
      }),
    },
  });
  const reader = await open(url);
  await reader.ended;
  expect(reader.text()).toContain("0000000001");
  expect(reader.text()).not.toContain("fire");
  expect((await open(url)).response.statusCode).toBe(200);
});

test("a reader that takes nothing costs little, is cut, and the others never notice", async () => {
  const pulled = new Map<string, number>();
  const { url, port } = await start({
    limits: { stallMs: 1500 },
    handlers: {
      streamSessionEvents: ({ signal, query }) => ({
        status: 200,
        events: (async function* (): AsyncGenerator<readonly StreamFrame[]> {
          const name = query.after ?? "fast";
          try {
            for (let n = 1; n <= 400 && !signal.aborted; n++) {
              pulled.set(name, n);
              yield [event(n, "x".repeat(100_000))];
            }
          } finally {
            pulled.set(`${name} ended`, 1);
          }
        })(),
      }),
    },
  });
  const slow = connect(port, "127.0.0.1", () => {
    slow.write(
      `GET /v1/sessions/${sessionId}/events?after=latest HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\n\r\n`,
    );
    slow.pause();
  });
  slow.on("error", () => undefined);
  onTestFinished(() => void slow.destroy());
  await until(() => (pulled.get("latest") ?? 0) > 1);
  await sleep(100);
  const taken = pulled.get("latest") ?? 0;
  expect(taken).toBeLessThan(200); // What the kernel buffers, and one batch.
  const fast = await open(url);
  await fast.ended;
  expect(fast.text().match(/^id: /gm)).toHaveLength(400);
  await until(() => pulled.has("latest ended"));
  expect(pulled.get("latest")).toBeLessThan(200);
});

test("fifty readers each get every frame once and in order", async () => {
  const events = Array.from({ length: 100 }, (_, n) => event(n + 1));
  const { url } = await start({
    handlers: {
      streamSessionEvents: ({ signal }) => ({
        status: 200,
        events: stream(
          events.map((one) => [one]),
          signal,
        ),
      }),
    },
  });
  const readers = await Promise.all(Array.from({ length: 50 }, () => open(url)));
  await until(() => readers.every((reader) => reader.text().includes("0000000100")));
  const expected = events.map(({ id }) => `id: ${id}`);
  for (const reader of readers) expect(reader.text().match(/^id: .*$/gm)).toEqual(expected);
});

test("one reader too many is told to come back later", async () => {
  const { url } = await start({
    limits: { streamsMax: 1 },
    handlers: { streamSessionEvents: ({ signal }) => ({ status: 200, events: stream([], signal) }) },
  });
  const first = await open(url);
  const refused = await call(`${url}/v1/sessions/${sessionId}/events`);
  expect([refused.status, codeOf(refused), refused.headers["retry-after"]]).toEqual([503, "busy", "5"]);
  first.leave();
  await untilSo("there is room", async () => (await open(url)).response.statusCode === 200);
});
