import { expect, test } from "vitest";
import type { MessagePart } from "../../../../lib/message.ts";
import * as temp from "../temp-storage.ts";

test("a message waits without position until it is delivered", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const taskId = temp.addTask(storage, session);
  const id = temp.addMessage(storage, session, { taskId });
  const content = [{ type: "text", text: "hello" }];
  const message = { id, sessionId: session, taskId, role: "user", content, files: [], createdAt: temp.at };
  expect(storage.messages.get(id)).toEqual({ ...message, position: null });
  expect(storage.messages.deliver(id)).toEqual({ ...message, position: 0 });
  expect(storage.messages.deliver(id).position).toBe(0);
  expect(storage.messages.get(temp.newId("msg"))).toBeUndefined();
  expect(temp.thrownBy(() => storage.messages.deliver(temp.newId("msg")))).toMatchObject({
    code: "not-found",
  });
});

test("positions count up within each session", () => {
  const storage = temp.openTemp();
  const [one, two] = [temp.addSession(storage), temp.addSession(storage)];
  const positions = [one, one, two, one].map(
    (session) => storage.messages.deliver(temp.addMessage(storage, session)).position,
  );
  expect(positions).toEqual([0, 1, 0, 2]);
});

test("a position that was rolled back is given again", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const [a, b] = [temp.addMessage(storage, session), temp.addMessage(storage, session)];
  const fail = () =>
    storage.atomically("request.change", () => {
      storage.messages.deliver(a);
      throw new Error("after all not");
    });
  expect(fail).toThrow("after all not");
  expect(storage.messages.deliver(b).position).toBe(0);
  expect(storage.messages.waiting(session).map(({ id }) => id)).toEqual([a]);
});

test("messages are listed by position, waiting ones last, and pages join without gap or double", () => {
  const storage = temp.openTemp();
  const [session, other] = [temp.addSession(storage), temp.addSession(storage)];
  const [a = "", b = "", c = "", d = "", e = ""] = Array.from({ length: 5 }, () =>
    temp.addMessage(storage, session),
  );
  const stranger = temp.addMessage(storage, other);
  for (const id of [d, a, c]) storage.messages.deliver(id);
  const ids = (page: object) => storage.messages.list(session, { limit: 9, ...page }).map(({ id }) => id);
  const order = [d, a, c, b, e];
  expect(ids({})).toEqual(order);
  for (const [index, cursor] of order.entries())
    expect(ids({ cursor, limit: 2 })).toEqual(order.slice(index + 1, index + 3));
  expect(ids({ cursor: stranger })).toEqual([]);
  expect(ids({ cursor: temp.newId("msg") })).toEqual([]);
  expect(storage.messages.waiting(session).map(({ id }) => id)).toEqual([b, e]);
  expect(storage.messages.history(session).map(({ message }) => message.id)).toEqual([d, a, c]);
});

test("files come in order, each once, with those that parts name", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const [a, b, c] = [temp.addFile(storage), temp.addFile(storage), temp.addFile(storage)];
  const content: MessagePart[] = [
    { type: "file", fileId: c.id },
    { type: "file", fileId: b.id },
  ];
  const id = temp.addMessage(storage, session, { content, fileIds: [b.id, a.id] });
  const plain = temp.addMessage(storage, session);
  expect(storage.messages.get(id)?.files).toEqual([b, a, c]);
  expect(storage.messages.list(session, { limit: 9 }).map(({ files }) => files.length)).toEqual([3, 0]);
  expect(storage.messages.get(plain)?.files).toEqual([]);
});

test("a message with an unknown file is not stored at all", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const create = () => temp.addMessage(storage, session, { fileIds: [temp.addFile(storage).id, "fil_0"] });
  expect(temp.thrownBy(create)).toMatchObject({ code: "not-found" });
  expect(storage.messages.list(session, { limit: 9 })).toEqual([]);
  expect(storage.sessions.list({ limit: 9, archived: false, search: "hello" })).toEqual([]);
});

test("history keeps what providers want back, one entry for each part", () => {
  const storage = temp.openTemp();
  const session = temp.addSession(storage);
  const content: MessagePart[] = [
    { type: "reasoning", text: "hm" },
    { type: "text", text: "so" },
  ];
  const providerMetadata = [{ anthropic: { signature: "s" } }, null];
  const signed = temp.addMessage(storage, session, { role: "assistant", content, providerMetadata });
  const unsigned = temp.addMessage(storage, session, { role: "assistant", content });
  for (const id of [signed, unsigned]) storage.messages.deliver(id);
  const history = storage.messages.history(session);
  expect(history.map((entry) => entry.providerMetadata)).toEqual([providerMetadata, [null, null]]);
  expect(history[0]?.message).not.toHaveProperty("providerMetadata");
});
