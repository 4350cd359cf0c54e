import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import * as temp from "../temp-storage.ts";

async function* chunks(...parts: (string | Uint8Array)[]) {
  for (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
}

function setUp(options = {}) {
  const folder = temp.tempFolder();
  const storage = temp.open(folder, options);
  const arrivals = () => readdirSync(join(folder, "attachments/tmp"));
  return { folder, storage, attachments: storage.attachments, arrivals };
}

const id = "fil_01k9x2m4c8d3e5f6g7h8j9k0mn";

test("bytes are received, kept under their id alone and read again", async () => {
  const { folder, attachments, arrivals } = setUp();
  const received = await attachments.receive(chunks("hel", "", "lo"));
  const sha256 = createHash("sha256").update("hello").digest("hex");
  expect(received).toMatchObject({ sizeBytes: 5, sha256, mediaType: "text/plain" });
  expect(arrivals()).toHaveLength(1);
  received.keep(id);
  expect(arrivals()).toEqual([]);
  expect(statSync(join(folder, "attachments/mn", id)).mode & 0o777).toBe(0o600);
  expect(String(await attachments.read(id))).toBe("hello");
  expect(String(await buffer(await attachments.open(id)))).toBe("hello");
  expect(String(await buffer(await attachments.open(id, { start: 1, end: 3 })))).toBe("ell");
  received.discard();
  expect(String(await attachments.read(id))).toBe("hello");
});

test("bytes that are discarded leave nothing", async () => {
  const { attachments, arrivals } = setUp();
  const received = await attachments.receive(chunks("x"));
  received.discard();
  received.discard();
  expect(arrivals()).toEqual([]);
});

test("a file may have as many bytes as the cap, and not one more", async () => {
  const { attachments, arrivals } = setUp({ fileBytesMax: 4 });
  expect(await attachments.receive(chunks("1234"))).toMatchObject({ sizeBytes: 4 });
  await expect(attachments.receive(chunks("1234", "5"))).rejects.toMatchObject({ code: "too-large" });
  expect(arrivals()).toHaveLength(1);
});

test("an endless upload is stopped at the cap", async () => {
  const { attachments, arrivals } = setUp({ fileBytesMax: 1000 });
  let isReleased = false;
  async function* endless() {
    try {
      for (let round = 0; round < 1000; round++) yield Buffer.alloc(100);
    } finally {
      isReleased = true;
    }
  }
  await expect(attachments.receive(endless())).rejects.toMatchObject({ code: "too-large" });
  expect([isReleased, arrivals()]).toEqual([true, []]);
});

test("an upload that breaks off leaves nothing", async () => {
  const { attachments, arrivals } = setUp();
  async function* broken() {
    yield Buffer.from("half");
    throw new Error("gone");
  }
  await expect(attachments.receive(broken())).rejects.toThrow("gone");
  expect(arrivals()).toEqual([]);
});

test("a full disk is reported as one", async () => {
  const { attachments, arrivals } = setUp();
  async function* full() {
    yield Buffer.from("half");
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  }
  await expect(attachments.receive(full())).rejects.toMatchObject({ code: "storage-full" });
  expect(arrivals()).toEqual([]);
});

test("bytes that are gone are not-found, before anything is sent", async () => {
  const { attachments } = setUp();
  await expect(attachments.open(id)).rejects.toMatchObject({ code: "not-found" });
  await expect(attachments.read(id)).rejects.toMatchObject({ code: "not-found" });
  (await attachments.receive(chunks("x"))).keep(id);
  attachments.remove(id);
  attachments.remove(id);
  await expect(attachments.open(id)).rejects.toMatchObject({ code: "not-found" });
});

test.each(["../../../etc/passwd", "fil_../../../../../../etc/pass", "", "fil_", `${id}/x`, `${id}\0`])(
  "%j is no path",
  async (name) => {
    const { attachments } = setUp();
    const received = await attachments.receive(chunks("x"));
    const notFound = { code: "not-found" };
    await expect(attachments.open(name)).rejects.toMatchObject(notFound);
    expect(temp.thrownBy(() => received.keep(name))).toMatchObject(notFound);
    expect(temp.thrownBy(() => attachments.remove(name))).toMatchObject(notFound);
    await expect(async () => attachments.read(name)).rejects.toMatchObject(notFound);
  },
);

test("a rollback takes back what was kept, and it can be kept again", async () => {
  const { storage, attachments, arrivals } = setUp();
  const received = await attachments.receive(chunks("hello"));
  const fail = () =>
    storage.atomically("request.change", () => {
      received.keep(id);
      temp.addFile(storage, { id });
      throw new Error("no");
    });
  expect(fail).toThrow("no");
  await expect(attachments.open(id)).rejects.toMatchObject({ code: "not-found" });
  expect(arrivals()).toHaveLength(1);
  storage.atomically("request.change", () => received.keep(id));
  expect(String(await attachments.read(id))).toBe("hello");
});

test("bytes go only when the record of them has gone", async () => {
  const { storage, attachments } = setUp();
  storage.atomically("request.change", () => temp.addFile(storage, { id }));
  (await attachments.receive(chunks("hello"))).keep(id);
  const remove = (mayFail: boolean) =>
    storage.atomically("request.change", () => {
      storage.files.remove(id);
      attachments.remove(id);
      if (mayFail) throw new Error("no");
    });
  expect(() => remove(true)).toThrow("no");
  expect([storage.files.get(id)?.id, String(await attachments.read(id))]).toEqual([id, "hello"]);
  remove(false);
  expect(storage.files.get(id)).toBeUndefined();
  await expect(attachments.read(id)).rejects.toMatchObject({ code: "not-found" });
});

test("what a former run left half received is removed at the start, what it kept is not", async () => {
  const { folder, storage, attachments, arrivals } = setUp();
  (await attachments.receive(chunks("kept"))).keep(id);
  await attachments.receive(chunks("left"));
  mkdirSync(join(folder, "attachments/tmp/strange"));
  writeFileSync(join(folder, "attachments/tmp/strange/file"), "");
  storage.close();
  expect(String(await temp.open(folder).attachments.read(id))).toBe("kept");
  expect(arrivals()).toEqual([]);
});

test("a file that a message refers to stays", () => {
  const { storage } = setUp();
  const file = temp.addFile(storage);
  expect(storage.files.get(file.id)).toEqual(file);
  expect([storage.files.isInUse(file.id), storage.files.get("fil_0")]).toEqual([false, undefined]);
  temp.addMessage(storage, temp.addSession(storage), { content: [{ type: "file", fileId: file.id }] });
  expect(storage.files.isInUse(file.id)).toBe(true);
  expect(temp.thrownBy(() => storage.files.remove(file.id))).toMatchObject({ code: "file-in-use" });
  expect(storage.files.get(file.id)).toEqual(file);
});

test.each([
  ["image/png", "\x89PNG\r\n\x1a\nrest"],
  ["image/jpeg", "\xff\xd8\xff\xe0"],
  ["image/gif", "GIF89a\0"],
  ["image/webp", "RIFF\0\0\0\0WEBPVP8 "],
  ["application/pdf", "%PDF-1.7\n\xff"],
  ["text/plain", "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"],
  ["text/plain", "<!doctype html><script>alert(1)</script>"],
  ["text/plain", ""],
  ["application/octet-stream", "text with \0 in it"],
  ["application/octet-stream", "PK\x03\x04\0"],
  ["application/octet-stream", "RIFF\0\0\0\0WAVEfmt "],
  ["application/octet-stream", "Latin-1 caf\xe9"],
])("%s is told from %j, also when the bytes come one by one", async (mediaType, latin1) => {
  const { attachments, folder } = setUp();
  const bytes = Buffer.from(latin1, "latin1");
  const whole = await attachments.receive(chunks(bytes));
  const single = await attachments.receive(chunks(...Array.from(bytes, (byte) => Uint8Array.of(byte))));
  expect([whole.mediaType, single.mediaType]).toEqual([mediaType, mediaType]);
  expect(existsSync(folder)).toBe(true);
});

test("text is text also when a character is cut between chunks, but not when it is cut at the end", async () => {
  const { attachments } = setUp();
  const bytes = Buffer.from("🧑‍💻é");
  const type = async (...parts: Uint8Array[]) => (await attachments.receive(chunks(...parts))).mediaType;
  expect(await type(bytes.subarray(0, 2), bytes.subarray(2))).toBe("text/plain");
  expect(await type(bytes.subarray(0, 2))).toBe("application/octet-stream");
});
