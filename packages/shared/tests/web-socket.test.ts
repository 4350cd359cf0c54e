import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { type WebSocket as Peer, WebSocketServer } from "ws";
import { createClient, openSocket, ProblemError, type StreamFrame } from "../src/index.ts";
import type { Backoff } from "../src/connection/backoff.ts";
import { answerJson, problem } from "./loopback.ts";
import { createSessionModel, eventIdOf, sessionId } from "./session-model.ts";
import { limitMs } from "../../../tests/support/time/limit.ts";
import { eventually } from "../../../tests/support/time/eventually.ts";

type Request = { type: string; id: string; sessionId?: string; after?: string; idempotencyKey?: string };

const [snapshot] = createSessionModel().snapshots;
const event = (sequence: number) => ({
  type: "event",
  event: {
    id: eventIdOf(sequence),
    sessionId,
    type: "token",
    createdAt: "",
    data: { messageId: "m", text: "" },
  },
});

/** A server whose answers the test gives. */
async function listen(
  answer: (request: Request, say: (frame: unknown) => void, peer: Peer) => void,
  options: { key?: string; backoff?: Partial<Backoff> } = {},
) {
  const protocols: string[] = [];
  const server = createServer((_, response) => answerJson(response, 401, problem(401, "unauthorized")));
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "talkcody.v1" });
  server.on("upgrade", (request, socket, head) => {
    protocols.push(request.headers["sec-websocket-protocol"] ?? "");
    if (options.key) return void socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (peer) =>
      peer.on("message", (text: Buffer) =>
        answer(JSON.parse(text.toString()) as Request, (frame) => peer.send(JSON.stringify(frame)), peer),
      ),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const peer of sockets.clients) peer.terminate();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    protocols,
    client: createClient({
      baseUrl,
      apiKey: "key?with~odd/chars",
      backoff: { baseMs: 2, mostMs: 10, ...options.backoff },
    }),
  };
}

function open(client: ReturnType<typeof createClient>, options: Parameters<typeof openSocket>[1] = {}) {
  const socket = openSocket(client, options);
  onTestFinished(() => socket.close());
  return socket;
}

const placeOf = (after: string | undefined) => Number(after?.slice(-10) ?? 0);

test("a session is followed over cut lines: each event once and in order, a snapshot after each connect", async () => {
  let connections = 0;
  const { client, protocols } = await listen((request, say, peer) => {
    if (request.type !== "subscribe") return;
    connections++;
    say({ type: "ack", id: request.id, status: 200, body: null });
    say(snapshot);
    const place = placeOf(request.after);
    for (let sequence = place + 1; sequence <= Math.min(place + 3, 8); sequence++) say(event(sequence));
    say(event(place + 1)); // Once more, by mistake.
    if (place < 6) peer.close();
  });
  const frames: StreamFrame[] = [];
  open(client).follow(sessionId, { onFrame: (frame) => frames.push(frame) });
  await eventually(() =>
    expect(frames.flatMap((frame) => ("id" in frame ? [placeOf(frame.id)] : []))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]),
  );
  expect(connections).toBe(3);
  expect(frames.filter(({ type }) => type === "snapshot").length).toBe(3);
  const key = Buffer.from("key?with~odd/chars").toString("base64url");
  expect(protocols[0]?.replaceAll(" ", "")).toBe(`talkcody.v1,talkcody.key.${key}`);
});

test("a request that was cut is sent again under the same key; an answer settles it once", async () => {
  const keys: unknown[] = [];
  const { client } = await listen((request, say, peer) => {
    if (request.type !== "message.send") return;
    keys.push(request.idempotencyKey);
    if (keys.length === 1) peer.terminate();
    else say({ type: "ack", id: request.id, status: 202, body: { eventsAfter: eventIdOf(1) } });
  });
  const socket = open(client);
  expect(await socket.sendMessage(sessionId, { content: "hello" })).toEqual({ eventsAfter: eventIdOf(1) });
  expect(keys.length).toBe(2);
  expect(keys[0]).toBe(keys[1]);
  await socket.sendMessage(sessionId, { content: "hello" });
  expect(keys[2]).not.toBe(keys[0]);
});

test("a problem rejects its request and no other; a session that may not be followed is told and not asked again", async () => {
  let subscribes = 0;
  const { client } = await listen((request, say) => {
    if (request.type === "subscribe") subscribes++;
    if (request.type === "task.update")
      say({ type: "ack", id: request.id, status: 200, body: { id: "tsk_1" } });
    else say({ type: "error", id: request.id, problem: problem(404) });
  });
  const socket = open(client);
  const onProblem = vi.fn<(problem: ProblemError) => void>();
  socket.follow(sessionId, { onFrame: () => {}, onProblem });
  const refused = socket.createAction(sessionId, { type: "cancel" });
  const accepted = socket.updateTask("tsk_1", { state: "cancelled" });
  await expect(refused).rejects.toThrow(ProblemError);
  expect(await accepted).toEqual({ id: "tsk_1" });
  await eventually(() => expect(onProblem).toHaveBeenCalledOnce());
  expect(subscribes).toBe(1);
});

test("a wrong key ends the socket with the problem, which a browser would not have told", async () => {
  const { client } = await listen(() => {}, { key: "another" });
  const socket = open(client);
  const waiting = socket.sendMessage(sessionId, { content: "hello" });
  await expect(socket.closed).rejects.toMatchObject({ status: 401 });
  await expect(waiting).rejects.toThrow(ProblemError);
  await expect(socket.sendMessage(sessionId, { content: "again" })).rejects.toThrow(ProblemError);
});

test("a silent server is given up, one that answers pings is not", async () => {
  const states: string[] = [];
  let isDeaf = false;
  let pings = 0;
  const { client } = await listen((request, say) => {
    if (request.type !== "ping" || isDeaf) return;
    pings++;
    say({ type: "pong", id: request.id });
  });
  open(client, { pingMs: 60, silenceMsMax: 600, onState: (state) => states.push(state) });
  await eventually(() => expect(pings).toBeGreaterThan(12));
  expect(states).toEqual(["connecting", "open"]);
  isDeaf = true;
  await eventually(() => expect(states.slice(0, 4)).toEqual(["connecting", "open", "waiting", "connecting"]));
});

test("frames left over from an earlier subscription do not reach a new one", async () => {
  const { client } = await listen((request, say) => {
    if (request.type === "unsubscribe") return say(event(50));
    say({ type: "ack", id: request.id, status: 200, body: null });
    say(snapshot);
    say(event(1));
  });
  const socket = open(client);
  const first = vi.fn<(frame: StreamFrame) => void>();
  const stop = socket.follow(sessionId, { onFrame: first });
  await eventually(() => expect(first).toHaveBeenCalledTimes(2));
  stop();
  const second: StreamFrame[] = [];
  socket.follow(sessionId, { onFrame: (frame) => second.push(frame) });
  await eventually(() =>
    expect(second.map((frame) => ("id" in frame ? frame.id : frame.type))).toEqual([
      "snapshot",
      eventIdOf(1),
    ]),
  );
});

test("an earlier subscription's whole beginning, still on its way, does not reach a new one", async () => {
  let earlier: (() => void) | undefined;
  const { client } = await listen((request, say) => {
    if (request.type !== "subscribe") return;
    const begin = (first: number) => {
      say({ type: "ack", id: request.id, status: 200, body: null });
      say(snapshot);
      for (let sequence = first; sequence <= 9; sequence++) say(event(sequence));
    };
    if (earlier === undefined) return void (earlier = () => begin(9)); // The line is slow.
    earlier();
    begin(1);
  });
  const socket = open(client);
  const stop = socket.follow(sessionId, { after: eventIdOf(8), onFrame: () => {} });
  await eventually(() => expect(earlier).toBeDefined());
  stop();
  const seen: number[] = [];
  socket.follow(sessionId, {
    onFrame: (frame) => {
      if ("id" in frame) seen.push(placeOf(frame.id));
    },
  });
  await eventually(() => expect(seen.at(-1)).toBe(9));
  await new Promise((resolve) => void setTimeout(resolve, 20));
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a busy server is asked again under the same key, a bounded number of times", async () => {
  const keys: unknown[] = [];
  const { client } = await listen((request, say) => {
    keys.push(request.idempotencyKey);
    if (request.type === "message.send" && keys.length === 3)
      say({ type: "ack", id: request.id, status: 202, body: { eventsAfter: eventIdOf(1) } });
    else say({ type: "error", id: request.id, problem: problem(503, "busy") });
  });
  const socket = open(client);
  expect(await socket.sendMessage(sessionId, { content: "hello" })).toEqual({ eventsAfter: eventIdOf(1) });
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  await expect(socket.updateTask("tsk_1", {})).rejects.toThrow(ProblemError);
  expect(keys).toHaveLength(3 + 5);
});

test.each([
  ["announced its restart with 1012", 1012, 100 * limitMs, 0], // Within the test only if the client does not wait.
  ["only ended", 1001, 1000, 490], // Half of it, as `random` says.
])("a server that %s is asked again in its time", async (_, code, baseMs, leastMs) => {
  const opened: number[] = [];
  const { client } = await listen(
    (request, _say, peer) => {
      if (request.type !== "subscribe") return;
      opened.push(performance.now());
      if (opened.length === 1) peer.close(code);
    },
    { backoff: { baseMs, mostMs: baseMs, random: () => 0 } },
  );
  open(client).follow(sessionId, { onFrame: () => {} });
  await eventually(() => expect(opened).toHaveLength(2));
  const [first = 0, second = 0] = opened;
  expect(second - first).toBeGreaterThanOrEqual(leastMs);
});

test("close ends it, and what was open is told", async () => {
  const { client } = await listen(() => {});
  const socket = open(client);
  const waiting = socket.sendMessage(sessionId, { content: "hello" });
  socket.close();
  await expect(waiting).rejects.toThrow("closed");
  await expect(socket.closed).resolves.toBeUndefined();
});

test("without a global WebSocket, as in Node 20, openSocket says at once what to do", () => {
  vi.stubGlobal("WebSocket", undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  const client = createClient({ baseUrl: "http://127.0.0.1:1", apiKey: "k" });
  expect(() => openSocket(client)).toThrow("--experimental-websocket");
});
