import type { ServerResponse } from "node:http";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { restartBackoff, type Backoff, backoffMs } from "../src/connection/backoff.ts";
import {
  createClient,
  type Event,
  followSession,
  NetworkError,
  ProblemError,
  type StreamFrame,
  type StreamState,
} from "../src/index.ts";
import { answerJson, problem, serve } from "./loopback.ts";
import { createSessionModel, eventIdOf, sessionId } from "./session-model.ts";
import { limitMs } from "../../../tests/support/time/limit.ts";
import { eventually } from "../../../tests/support/time/eventually.ts";

const [opening] = createSessionModel().snapshots;

function token(sequence: number): Event {
  const id = eventIdOf(sequence);
  return {
    id,
    sessionId,
    type: "token",
    createdAt: "2026-11-22T12:00:00Z",
    data: { messageId: "msg_1", text: `é🎉${sequence}` },
  };
}

function snapshotAt(sequence: number): StreamFrame {
  if (!opening) throw new Error("The model has no snapshot.");
  const session = { ...opening.data.session, lastEventId: eventIdOf(sequence) };
  return { ...opening, data: { ...opening.data, session } };
}

function sse(frame: StreamFrame): string {
  return `${"id" in frame ? `id: ${frame.id}\n` : ""}event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`;
}

const begin = (response: ServerResponse) => response.writeHead(200, { "content-type": "text/event-stream" });
const sequenceOf = (id: string | undefined) => Number(id?.slice(-10) ?? 0);

async function take(
  stream: AsyncIterable<StreamFrame>,
  isEnough: (frames: readonly StreamFrame[]) => boolean,
) {
  const frames: StreamFrame[] = [];
  for await (const frame of stream) {
    frames.push(frame);
    if (isEnough(frames)) break;
  }
  return frames;
}

const eventsOf = (frames: readonly StreamFrame[]) => frames.filter((frame) => frame.type === "token");
const has = (count: number) => (frames: readonly StreamFrame[]) => eventsOf(frames).length === count;

test("wherever the line is cut, each event comes once and in order, and a snapshot after each connect", async () => {
  const count = 12;
  const body = (after: number) =>
    new TextEncoder().encode(
      [snapshotAt(count), ...Array.from({ length: count - after }, (_, index) => token(after + index + 1))]
        .map(sse)
        .join(""),
    );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(4000), { maxLength: 8 }), fc.nat(500), async (cuts, piece) => {
      let connections = 0;
      const { client, server } = await serve((request, response) => {
        const bytes = body(sequenceOf(request.headers["last-event-id"] as string | undefined));
        const cut = cuts[connections++] ?? bytes.length;
        begin(response).write(bytes.subarray(0, Math.min(piece, cut)));
        response.write(bytes.subarray(Math.min(piece, cut), cut), () => request.socket.destroy());
      });
      const frames = await take(followSession(client, sessionId), has(count));
      server.close();
      expect(eventsOf(frames)).toEqual(Array.from({ length: count }, (_, index) => token(index + 1)));
      expect(frames.filter(({ type }) => type === "snapshot").length).toBeLessThanOrEqual(connections);
    }),
    { numRuns: 25 },
  );
});

test("the key is in a header and never in the address", async () => {
  const seen: unknown[] = [];
  const { client } = await serve((request, response) => {
    seen.push([
      request.url,
      request.headers["x-api-key"],
      request.headers.accept,
      request.headers["last-event-id"],
    ]);
    begin(response).end(sse(token(6)));
  });
  await take(followSession(client, sessionId, { after: eventIdOf(5) }), has(1));
  expect(seen).toEqual([
    [`/v1/sessions/${sessionId}/events`, "k".repeat(20), "text/event-stream", eventIdOf(5)],
  ]);
});

test("events that a server sends again are dropped", async () => {
  const { client } = await serve((_, response) =>
    begin(response).end([1, 2, 1, 2, 3].map(token).map(sse).join("")),
  );
  expect(eventsOf(await take(followSession(client, sessionId), has(3)))).toEqual([1, 2, 3].map(token));
});

test("`latest` becomes a place at the first snapshot, so nothing is lost when the line is cut before any event", async () => {
  const asked: unknown[] = [];
  const { client } = await serve((request, response) => {
    asked.push([
      new URL(request.url ?? "", "http://x").searchParams.get("after"),
      request.headers["last-event-id"],
    ]);
    if (asked.length === 1) begin(response).end(sse(snapshotAt(7)));
    else begin(response).end(sse(snapshotAt(8)) + sse(token(8)));
  });
  await take(followSession(client, sessionId, { after: "latest" }), has(1));
  expect(asked).toEqual([
    ["latest", undefined],
    [null, eventIdOf(7)],
  ]);
});

test("after a gap the stream starts where the server says, also before the old place", async () => {
  const gap: StreamFrame = { type: "gap", sessionId, data: { reason: "future", firstId: eventIdOf(1) } };
  const { client } = await serve((_, response) =>
    begin(response).end([snapshotAt(2), gap, token(1), token(2)].map(sse).join("")),
  );
  const frames = await take(followSession(client, sessionId, { after: eventIdOf(90) }), has(2));
  expect(frames.map(({ type }) => type)).toEqual(["snapshot", "gap", "token", "token"]);
});

test.each([
  [401, "unauthorized"],
  [404, "not-found"],
  [501, "always-on-only"],
])("a refusal with %d ends the stream with the problem", async (status, code) => {
  let requests = 0;
  const states: StreamState[] = [];
  const { client } = await serve((_, response) => {
    requests++;
    answerJson(response, status, problem(status, code));
  });
  const failure = take(followSession(client, sessionId, { onState: (state) => states.push(state) }), has(1));
  await expect(failure).rejects.toSatisfy(
    (error) => error instanceof ProblemError && error.problem.code === code,
  );
  expect(requests).toBe(1);
  expect(states).toEqual(["connecting", "closed"]);
});

test("a busy server is asked again, and the state of the connection is told", async () => {
  const states: StreamState[] = [];
  let requests = 0;
  const { client } = await serve((_, response) => {
    if (++requests === 1) answerJson(response, 503, problem(503, "busy"));
    else begin(response).end(sse(token(1)));
  });
  await take(followSession(client, sessionId, { onState: (state) => states.push(state) }), has(1));
  expect(states).toEqual(["connecting", "waiting", "connecting", "open", "closed"]);
});

test("a silent line is given up, one with heartbeats is not", async () => {
  let connections = 0;
  const { client } = await serve((_, response) => {
    begin(response).flushHeaders();
    if (++connections === 1) return;
    let beats = 0;
    const beating = setInterval(() => {
      response.write(":\n");
      if (++beats === 12) response.write(sse(token(1)));
    }, 60);
    onTestFinished(() => clearInterval(beating));
  });
  await take(followSession(client, sessionId, { silenceMsMax: 600 }), has(1));
  expect(connections).toBe(2);
});

test("a slow reader is not taken for a silent line", async () => {
  let connections = 0;
  const { client } = await serve((_, response) => {
    connections++;
    begin(response).write(sse(token(1)));
    setTimeout(() => response.write(sse(token(2))), 60);
  });
  const stream = followSession(client, sessionId, { silenceMsMax: 600 });
  await stream.next();
  await new Promise((resolve) => void setTimeout(resolve, 800));
  expect(await stream.next()).toEqual({ done: false, value: token(2) });
  await stream.return();
  expect(connections).toBe(1);
});

test("the wait the server asks for is kept", async () => {
  const times: number[] = [];
  const { client } = await serve((_, response) => {
    times.push(performance.now());
    begin(response).end(`retry: 10000\n${sse(token(times.length))}`);
  });
  const patient = {
    ...client,
    connection: { ...client.connection, backoff: { baseMs: 1, mostMs: 400, random: () => 0 } },
  };
  await take(followSession(patient, sessionId), has(2));
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(190); // Half of the most, as `random` says.
});

test.each([
  ["ended the stream", true, 100 * limitMs, 0], // Within the test only if the client does not wait.
  ["was cut", false, 1000, 490], // Half of it, as `random` says.
])("a server that %s is asked again in its time", async (_, isEnded, baseMs, leastMs) => {
  const asked: number[] = [];
  const { baseUrl } = await serve((request, response) => {
    asked.push(performance.now());
    begin(response).write(sse(token(asked.length)), () => {
      if (isEnded) response.end(": the server is stopping\nretry: 20\n");
      else request.socket.destroy();
    });
  });
  const backoff = { baseMs, mostMs: baseMs, random: () => 0 };
  const client = createClient({ baseUrl, apiKey: "k".repeat(20), backoff });
  await take(followSession(client, sessionId), has(2));
  const [first = 0, second = 0] = asked;
  expect(second - first).toBeGreaterThanOrEqual(leastMs);
});

test("a restart that was announced is waited for with many short waits, and not with ever longer ones", () => {
  const backoff = { baseMs: 250, mostMs: 30_000, random: () => 1 };
  const waits = (of: (failures: number) => Backoff) =>
    [1, 2, 3, 6, 60, 61].map((failures) => backoffMs(of(failures), failures));
  expect(waits((failures) => restartBackoff(backoff, failures))).toEqual([
    250, 500, 1000, 1000, 1000, 30_000,
  ]);
  expect(waits(() => backoff)).toEqual([250, 500, 1000, 8000, 30_000, 30_000]);
});

test("an abort ends the stream quietly and closes the line", async () => {
  const gone = vi.fn<() => void>();
  const { client } = await serve((request, response) => {
    request.on("close", gone);
    begin(response).write(sse(token(1)));
  });
  const controller = new AbortController();
  const stream = followSession(client, sessionId, { signal: controller.signal });
  await stream.next();
  setTimeout(() => controller.abort(), 20);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  await eventually(() => expect(gone).toHaveBeenCalled());
});

test("what is no frame ends the stream with an error instead of being asked for again for ever", async () => {
  let connections = 0;
  const { client } = await serve((_, response) => {
    connections++;
    begin(response).end("data: <html>\n\n");
  });
  await expect(take(followSession(client, sessionId), has(1))).rejects.toThrow(NetworkError);
  expect(connections).toBe(1);
});
