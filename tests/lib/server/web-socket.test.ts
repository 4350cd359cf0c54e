import { connect, type Socket } from "node:net";
import { onTestFinished, expect, test } from "vitest";
import { WebSocket, type ClientOptions } from "ws";
import { AppError } from "../../../lib/errors.ts";
import type { StreamFrame } from "../../../lib/event.ts";
import {
  call,
  codeOf,
  event,
  gap,
  key,
  post,
  raw,
  sessionId,
  sleep,
  start,
  stream,
  taskId,
  until,
  type StartOptions,
} from "./start-server.ts";
import { until as untilSo } from "../../support/until.ts";

type Frame = Record<string, unknown>;
const otherSession = `ses_${"1".repeat(26)}`;

interface Peer {
  socket: WebSocket;
  frames: Frame[];
  send(frame: unknown): void;
  /** In one packet. */
  together(frames: readonly unknown[]): void;
  /** The answer to a request. */
  answer(id: string): Promise<Frame>;
  closed: Promise<[number, string]>;
}

async function join(
  url: string,
  protocols: string[] = [],
  options: ClientOptions = { headers: { "x-api-key": key } },
): Promise<Peer> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/ws`, protocols, options);
  onTestFinished(() => socket.terminate());
  const frames: Frame[] = [];
  socket.on("message", (text: Buffer) => frames.push(JSON.parse(text.toString("utf8")) as Frame));
  const closed = new Promise<[number, string]>((resolve) =>
    socket.once("close", (code, reason) => resolve([code, reason.toString()])),
  );
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const find = (id: string) => frames.find((frame) => frame["id"] === id);
  return {
    socket,
    frames,
    closed,
    send: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    together: (all) => {
      const { _socket: connection } = socket as unknown as { _socket: Socket };
      connection.cork();
      for (const frame of all) socket.send(JSON.stringify(frame));
      connection.uncork();
    },
    answer: async (id) => {
      await until(() => find(id) !== undefined);
      return find(id) ?? {};
    },
  };
}

const follow: StartOptions = {
  handlers: {
    streamSessionEvents: ({ params, query, signal }) => {
      if (params.sessionId === otherSession) throw new AppError("not-found", "There is no such session.");
      const first: StreamFrame[] = query.after ? [gap()] : [];
      return { status: 200, events: stream([first, [event(1), event(2)]], signal) };
    },
  },
};

test("a key in a header or, for browsers, as a subprotocol opens the socket", async () => {
  const { url } = await start(follow);
  const own = await join(url);
  own.send({ type: "ping", id: "p" });
  expect(await own.answer("p")).toEqual({ type: "pong", id: "p" });
  const encoded = `talkcody.key.${Buffer.from(key).toString("base64url")}`;
  const browser = await join(url, ["talkcody.v1", encoded], { origin: url });
  expect(browser.socket.protocol).toBe("talkcody.v1");
});

test("without a valid key, from another origin or under another host there is no socket", async () => {
  const { url } = await start(follow);
  const status = (protocols: string[], options: ClientOptions) =>
    join(url, protocols, options).then(
      () => 101,
      (error: Error) => Number(/\d{3}$/.exec(error.message)?.[0]),
    );
  const headers = { "x-api-key": key };
  const wrong = `talkcody.key.${Buffer.from(`${key}x`).toString("base64url")}`;
  expect(await status([], {})).toBe(401);
  expect(await status(["talkcody.v1", wrong], {})).toBe(401);
  expect(await status(["talkcody.v1", wrong], { headers })).toBe(101);
  expect(await status([], { headers: { "x-api-key": "wrong" } })).toBe(401);
  for (const origin of ["https://evil.example", "null", `${url}.evil.example`])
    expect(await status([], { headers, origin }), origin).toBe(403);
  expect(await status([], { headers: { ...headers, host: "rebind.evil" } })).toBe(421);
});

test("without an upgrade the path asks for one, and a broken handshake is refused", async () => {
  const { url, port } = await start(follow);
  const plain = await call(`${url}/v1/ws`);
  expect([plain.status, codeOf(plain), plain.headers.upgrade]).toEqual([
    426,
    "upgrade-required",
    "websocket",
  ]);
  const upgrade = (path: string, rest = "") =>
    raw(
      port,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\nConnection: Upgrade${rest}\r\nUpgrade: websocket\r\n\r\n`,
    );
  expect(await upgrade("/v1/ws")).toMatch(/^HTTP\/1.1 400 [\s\S]*"code":"invalid-request"/);
  expect(await upgrade("/v1/ws?key=x")).toMatch(/^HTTP\/1.1 400 [\s\S]*query\/key/);
  expect(await upgrade("/v1/nothing", ", close")).toMatch(/^HTTP\/1.1 404 /);
});

test("subscriptions are acknowledged, carry the frames of SSE, and end when asked", async () => {
  const { url } = await start(follow);
  const peer = await join(url);
  peer.send({ type: "subscribe", id: "1", sessionId, after: event(1).id });
  await until(() => peer.frames.length === 4);
  expect(peer.frames).toEqual([
    { type: "ack", id: "1", status: 200, body: null },
    gap(),
    { type: "event", event: event(1) },
    { type: "event", event: event(2) },
  ]);
  peer.send({ type: "subscribe", id: "2", sessionId: otherSession });
  expect(await peer.answer("2")).toMatchObject({
    type: "error",
    problem: { code: "not-found", status: 404 },
  });
  peer.send({ type: "unsubscribe", id: "3", sessionId });
  expect(await peer.answer("3")).toEqual({ type: "ack", id: "3", status: 200, body: null });
});

test("leaving, unsubscribing and subscribing again each end the source", async () => {
  let live = 0;
  const { url } = await start({
    handlers: {
      streamSessionEvents: ({ signal }) => ({
        status: 200,
        events: (async function* () {
          live++;
          try {
            yield* stream([[event(1)]], signal);
          } finally {
            live--;
          }
        })(),
      }),
    },
  });
  const peer = await join(url);
  const subscribe = async (id: string) => {
    peer.send({ type: "subscribe", id, sessionId });
    await peer.answer(id);
  };
  await subscribe("1");
  await until(() => live === 1);
  await subscribe("2");
  await sleep(20);
  expect(live).toBe(1);
  peer.send({ type: "unsubscribe", id: "3", sessionId });
  await until(() => live === 0);
  await subscribe("4");
  await until(() => live === 1);
  peer.socket.close();
  await until(() => live === 0);
});

test("requests that arrive together are answered in their order: who unsubscribes last follows nothing", async () => {
  let live = 0;
  const { url } = await start({
    handlers: {
      streamSessionEvents: ({ signal }) => {
        live++;
        signal.addEventListener("abort", () => live--, { once: true });
        return { status: 200, events: stream([[event(1)]], signal) };
      },
    },
  });
  const peer = await join(url);
  peer.together([
    { type: "subscribe", id: "1", sessionId },
    { type: "unsubscribe", id: "2", sessionId },
    { type: "ping", id: "3" },
  ]);
  await peer.answer("3");
  await sleep(20);
  const answers = peer.frames.flatMap(({ id }) => (id === undefined ? [] : [id]));
  expect(answers).toEqual(["1", "2", "3"]);
  expect(live).toBe(0);
});

test("changes go through the same operations and the same keys as REST", async () => {
  let count = 0;
  const { url } = await start({
    handlers: {
      sendMessage: ({ params, body }) => ({ status: 202, body: { ...params, ...body, count: ++count } }),
      createAction: ({ body }) => ({ status: 200, body }),
      updateTask: ({ params }) => {
        throw new AppError("task-ended", `Task ${params.taskId} has ended.`);
      },
    },
  });
  const peer = await join(url);
  const send = { type: "message.send", sessionId, body: { content: "hi" }, idempotencyKey: "k" };
  peer.send({ ...send, id: "1" });
  const body = { sessionId, content: "hi", count: 1 };
  expect(await peer.answer("1")).toEqual({ type: "ack", id: "1", status: 202, body });
  peer.send({ ...send, id: "2" });
  expect(await peer.answer("2")).toEqual({ type: "ack", id: "2", status: 202, body });
  const rest = await post(
    `${url}/v1/sessions/${sessionId}/messages`,
    { content: "hi" },
    { "idempotency-key": "k" },
  );
  expect([rest.status, rest.json, rest.headers["idempotency-replayed"]]).toEqual([202, body, "true"]);
  peer.send({ ...send, id: "3", body: { content: "ho" } });
  expect(await peer.answer("3")).toMatchObject({
    type: "error",
    problem: { code: "idempotency-key-reused" },
  });
  peer.send({ type: "action.create", id: "4", sessionId, body: { type: "cancel" } });
  expect(await peer.answer("4")).toMatchObject({ type: "ack", status: 200, body: { type: "cancel" } });
  peer.send({ type: "task.update", id: "5", taskId, body: { state: "cancelled" } });
  expect(await peer.answer("5")).toMatchObject({ type: "error", problem: { code: "task-ended" } });
  expect(count).toBe(1);
});

test("a frame that is not of the contract is answered with its mistakes and leaves the socket open", async () => {
  const { url } = await start({
    handlers: {
      sendMessage: () => {
        throw new Error("/secret/main.db");
      },
    },
  });
  const peer = await join(url);
  const refused: [unknown, string | null, RegExp][] = [
    ["not json", null, /not valid JSON/],
    [`{"type":"ping","id":"0","__proto__":{}}`, null, /No field may be named `__proto__`/],
    [{ type: "ping" }, null, /\/id: expected a value/],
    [{ type: "ping", id: "" }, null, /\/id/],
    [[], null, /expected object, got a list/],
    [null, null, /expected object, got null/],
    [{ type: "dance", id: "1" }, "1", /\/type: expected "subscribe" or /],
    [{ type: "subscribe", id: "2", sessionId: "x" }, "2", /\/sessionId/],
    [{ type: "message.send", id: "3", sessionId, body: { contents: "x" } }, "3", /\/body/],
    [{ type: "ping", id: "4", key: "k" }, "4", /\/key: expected only type, id/],
  ];
  for (const [frame, id, detail] of refused) {
    const before = peer.frames.length;
    peer.send(frame);
    await until(() => peer.frames.length > before);
    const answer = peer.frames[before] as { id: unknown; problem: { detail: string } };
    expect(answer, JSON.stringify(frame)).toMatchObject({
      type: "error",
      id,
      problem: { code: "invalid-request" },
    });
    expect(answer.problem.detail).toMatch(detail);
  }
  peer.socket.send(Buffer.from("{}"), { binary: true });
  peer.send({ type: "message.send", id: "x", sessionId, body: { content: "hi" } });
  expect(JSON.stringify(await peer.answer("x"))).toMatch(/^(?!.*secret).*"code":"internal"/);
  peer.send({ type: "ping", id: "end" });
  expect(await peer.answer("end")).toEqual({ type: "pong", id: "end" });
});

test("sockets, subscriptions and frames are bounded", async () => {
  const { url } = await start({
    ...follow,
    limits: { socketsMax: 1, subscriptionsMax: 1, frameBytesMax: 2000 },
  });
  const peer = await join(url);
  await expect(join(url)).rejects.toThrow("503");
  peer.send({ type: "subscribe", id: "1", sessionId });
  await peer.answer("1");
  peer.send({ type: "subscribe", id: "2", sessionId: `ses_${"2".repeat(26)}` });
  expect(await peer.answer("2")).toMatchObject({ type: "error", problem: { code: "invalid-request" } });
  peer.send({ type: "ping", id: "x".repeat(3000) });
  expect((await peer.closed)[0]).toBe(1009);
  await untilSo("there is room", () => join(url).catch(() => undefined));
});

test("subscriptions that arrive together are bounded like those that come one by one", async () => {
  const { url } = await start({ ...follow, limits: { subscriptionsMax: 2 } });
  const peer = await join(url);
  const ids = ["2", "3", "4", "5"];
  peer.together(ids.map((id) => ({ type: "subscribe", id, sessionId: `ses_${id.repeat(26)}` })));
  const answers = await Promise.all(ids.map((id) => peer.answer(id)));
  expect(answers.map(({ type }) => type)).toEqual(["ack", "ack", "error", "error"]);
});

test("a peer that takes nothing costs little and is cut", async () => {
  let pulled = 0;
  let hasEnded = false;
  const { url } = await start({
    limits: { stallMs: 300, bufferedBytesMax: 100_000 },
    handlers: {
      streamSessionEvents: () => ({
        status: 200,
        events: (async function* () {
          try {
            for (let n = 1; n <= 400; n++) {
              pulled = n;
              yield [event(n, "x".repeat(100_000))];
            }
          } finally {
            hasEnded = true;
          }
        })(),
      }),
    },
  });
  const peer = await join(url);
  peer.send({ type: "subscribe", id: "1", sessionId });
  await peer.answer("1");
  peer.socket.pause();
  await until(() => hasEnded);
  expect(pulled).toBeLessThan(200);
});

test("a peer that shows no sign of life is given up, one that does is kept", async () => {
  const { url, port } = await start({ ...follow, limits: { pingMs: 100, silentMs: 1000 } });
  const alive = await join(url);
  const head = `GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\n\r\n`;
  const dead = connect(port, "127.0.0.1", () => dead.write(head));
  dead.resume().on("error", () => undefined);
  await new Promise((resolve) => dead.once("close", resolve));
  alive.send({ type: "ping", id: "p" });
  expect(await alive.answer("p")).toEqual({ type: "pong", id: "p" });
});

test("a source that breaks closes the socket, so that the client comes back", async () => {
  const events = async function* (): AsyncGenerator<readonly StreamFrame[]> {
    yield [event(1)];
    await sleep(1);
    throw new Error("the log is on fire");
  };
  const { url } = await start({
    handlers: { streamSessionEvents: () => ({ status: 200, events: events() }) },
  });
  const peer = await join(url);
  peer.send({ type: "subscribe", id: "1", sessionId });
  expect((await peer.closed)[0]).toBe(1011);
});

test("a server that closes says goodbye to its sockets", async () => {
  const { url, close } = await start(follow);
  const peer = await join(url);
  peer.send({ type: "subscribe", id: "1", sessionId });
  await peer.answer("1");
  await close();
  expect(await peer.closed).toEqual([1012, "the server is stopping; subscribe again with your cursors"]);
});
