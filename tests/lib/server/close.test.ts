import { connect } from "node:net";
import { onTestFinished, expect, test } from "vitest";
import { limitMs } from "../../support/time/limit.ts";
import {
  call,
  event,
  heldHandler,
  key,
  openStream as open,
  sleep,
  start,
  stream,
  until,
} from "./start-server.ts";

test("a server that closes ends its streams with a hint, and requests under way with their answer", async () => {
  const models = heldHandler();
  const { url, close } = await start({
    handlers: {
      streamSessionEvents: ({ signal }) => ({ status: 200, events: stream([[event(1)]], signal) }),
      listModels: models.answer,
      getServer: () => ({ status: 200, body: {} }),
    },
  });
  const reader = await open(url);
  const underWay = call(`${url}/v1/models`);
  await models.asked;
  const closed = close();
  await reader.ended;
  models.release();
  expect(reader.text()).toContain(": the server is stopping; resume with Last-Event-ID\nretry: 250\n");
  expect((await underWay).json).toEqual({ done: true });
  await closed;
  await expect(call(`${url}/v1/server`)).rejects.toThrow("ECONNREFUSED");
});

test("many readers are told to come back soon, and not all at once", async () => {
  const { url, close } = await start({
    handlers: {
      streamSessionEvents: ({ signal }) => ({ status: 200, events: stream([[event(1)]], signal) }),
    },
  });
  const readers = await Promise.all(Array.from({ length: 4 }, () => open(url)));
  await close();
  await Promise.all(readers.map(({ ended }) => ended));
  const waits = readers.map((reader) => Number(/retry: (\d+)\n$/.exec(reader.text())?.[1]));
  expect(waits.toSorted((one, other) => one - other)).toEqual([250, 500, 750, 1000]);
});

test("a request that never ends does not hold up the close for ever", async () => {
  let wasAborted = false;
  const asked = Promise.withResolvers<void>();
  const { url, close } = await start({
    limits: { closeMs: 100 },
    handlers: {
      listModels: ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            wasAborted = true;
            reject(signal.reason as Error);
          });
          asked.resolve();
        }),
    },
  });
  const underWay = call(`${url}/v1/models`).catch(() => "cut");
  await asked.promise;
  await close();
  expect(await underWay).toBe("cut");
  await until(() => wasAborted);
});

test("while the server closes, what comes on an open connection is told to come back, and the connection ends", async () => {
  const models = heldHandler();
  const { port, close } = await start({ handlers: { listModels: models.answer } });
  const request = `GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\n\r\n`;
  const socket = connect(port, "127.0.0.1", () => socket.write(request));
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  const ended = new Promise((resolve) => socket.once("close", resolve));
  await models.asked;
  const closed = close();
  await sleep(20);
  socket.write(request);
  models.release();
  await Promise.all([ended, closed]);
  expect(text).toMatch(/^HTTP\/1.1 200 [\s\S]*connection: close/i);
  expect(text).not.toMatch(/done.*done/s);
});

test("a connection that says nothing does not hold up the close", async () => {
  const { port, close } = await start({ limits: { closeMs: 100 * limitMs } });
  const silent = connect(port, "127.0.0.1");
  onTestFinished(() => void silent.destroy());
  await new Promise((resolve) => silent.once("connect", resolve));
  await sleep(50);
  await expect(close()).resolves.toBeUndefined();
});
