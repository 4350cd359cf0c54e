import { expect, test } from "vitest";
import { createSession } from "../../support/conversation.ts";
import { expectProblem, unknownId } from "../../support/claims.ts";
import { says, script } from "../../support/models/script.ts";
import { openTestSocket } from "../../support/clients/socket.ts";
import { useTestServer } from "../../support/server/use-server.ts";

const server = useTestServer();

test("openWebSocket takes the key as a header and answers a ping", async () => {
  const socket = await openTestSocket(server);
  expect(await socket.ask({ type: "ping", id: "1" })).toEqual({ type: "pong", id: "1" });
  socket.close();
});

test("openWebSocket takes the key as a subprotocol, which browsers can set", async () => {
  const key = Buffer.from(server.key).toString("base64url");
  const protocols = ["talkcody.v1", `talkcody.key.${key}`];
  const socket = await openTestSocket(server, { headers: {}, protocols });
  expect(await socket.ask({ type: "ping", id: "1" })).toMatchObject({ type: "pong" });
  socket.close();
});

test("openWebSocket refuses who has no key, a wrong one or one in the query", async () => {
  const wrong = Buffer.from("wrong-key-0123456789").toString("base64url");
  await expect(openTestSocket(server, { headers: {} })).rejects.toThrow("401");
  await expect(openTestSocket(server, { headers: { "x-api-key": "wrong-key-0123456789" } })).rejects.toThrow(
    "401",
  );
  const protocols = ["talkcody.v1", `talkcody.key.${wrong}`];
  await expect(openTestSocket(server, { headers: {}, protocols })).rejects.toThrow("401");
});

test("openWebSocket refuses a page of another origin although it has the key", async () => {
  const headers = { "x-api-key": server.key, origin: "https://evil.example" };
  await expect(openTestSocket(server, { headers })).rejects.toThrow("403");
});

test("openWebSocket tells a plain request to upgrade", async () => {
  expectProblem(await server.call("openWebSocket"), "upgrade-required");
});

test("a message sent over the socket does what sendMessage does, once for each idempotency key", async () => {
  const session = await createSession(server);
  const socket = await openTestSocket(server);
  const request = {
    type: "message.send" as const,
    sessionId: session.id,
    body: { content: script(says("Hello over the socket.")) },
    idempotencyKey: "socket-1",
  };
  await socket.ask({ type: "subscribe", id: "s", sessionId: session.id });
  const first = await socket.ask({ ...request, id: "a" });
  const second = await socket.ask({ ...request, id: "b" });
  expect(first).toMatchObject({ type: "ack", status: 202 });
  expect(second).toMatchObject({ type: "ack", status: 202, body: (first as { body: unknown }).body });
  await socket.waitFor("that the task is done", isCompleted);
  const told = socket.frames.flatMap((frame) => (frame.type === "event" ? [frame.event.id] : []));
  expect(told).toEqual([...new Set(told)].sort());
  expect((await server.call("listTasks", { query: { sessionId: session.id } })).body.items).toHaveLength(1);
  socket.close();
});

test("the socket answers what is wrong with a problem and stays open", async () => {
  const socket = await openTestSocket(server);
  socket.send("no json");
  await socket.waitFor("what is wrong", (frame) => frame.type === "error" && frame.id === null);
  const missing = await socket.ask({ type: "subscribe", id: "x", sessionId: unknownId("ses") });
  expect(missing).toMatchObject({ type: "error", problem: { code: "not-found" } });
  socket.send({ type: "ping", id: "y", extra: 1 });
  const refused = await socket.waitFor(
    "no to what it does not know",
    (frame) => "id" in frame && frame.id === "y",
  );
  expect(refused).toMatchObject({ type: "error", problem: { code: "invalid-request" } });
  expect(await socket.ask({ type: "ping", id: "z" })).toMatchObject({ type: "pong" });
  socket.close();
});

test("a socket that unsubscribed hears no more of the session", async () => {
  const session = await createSession(server);
  const socket = await openTestSocket(server);
  await socket.ask({ type: "subscribe", id: "1", sessionId: session.id });
  await socket.waitFor("the snapshot", (frame) => frame.type === "snapshot");
  expect(await socket.ask({ type: "unsubscribe", id: "2", sessionId: session.id })).toMatchObject({
    type: "ack",
  });
  const heard = socket.frames.length;
  await server.call("updateSession", { params: { sessionId: session.id }, body: { title: "Quiet" } });
  await socket.ask({ type: "ping", id: "3" });
  expect(socket.frames.length).toBe(heard + 1);
  socket.close();
});

function isCompleted(frame: { type: string; event?: { type: string; data: unknown } }): boolean {
  const data = frame.event?.data as { task?: { state: string } } | undefined;
  return frame.type === "event" && data?.task?.state === "completed";
}
