import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ObjectStore } from "../../../lib/operating/object-store.ts";
import { parseReplicaUrl, type ReplicaPlace } from "../../../lib/operating/replica.ts";
import { openObjectStore } from "../../../lib/replica/object-stores/object-store.ts";
import { createS3Store } from "../../../lib/replica/object-stores/s3-store.ts";
import { startFakeS3 } from "../../support/replica/fake-s3.ts";

const keys = { accessKeyId: "access-of-tests", secretAccessKey: "secret-of-tests" };
const { signal } = new AbortController();

type S3Place = Extract<ReplicaPlace, { type: "s3" }>;

function placeOf(url: string): S3Place {
  const place = parseReplicaUrl(url);
  if (place?.type !== "s3") throw new Error(`${url} should be of a bucket`);
  return place;
}

function stored(text: string, sha256 = createHash("sha256").update(text).digest("hex")) {
  const bytes = Buffer.from(text);
  const open = async function* () {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  };
  return { sizeBytes: bytes.length, sha256, open };
}

async function bucket(options: { secretAccessKey?: string; idleMsMax?: number } = {}) {
  const fake = await startFakeS3(keys.accessKeyId, keys.secretAccessKey);
  onTestFinished(() => fake.die());
  const place = placeOf(`s3://bucket/a/b?endpoint=${fake.url}`);
  return { fake, store: createS3Store(place, { ...keys, ...options }, options) };
}

async function textAt(store: ObjectStore, key: string): Promise<string | undefined> {
  const bytes = await store.get(key, signal);
  return bytes && String(await buffer(bytes));
}

function folder() {
  const root = mkdtempSync(join(tmpdir(), "replica-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

const stores: Record<string, () => Promise<ObjectStore>> = {
  folder: () => openObjectStore({ place: { type: "file", folder: folder() }, credentials: undefined }),
  bucket: async () => (await bucket()).store,
};

describe.each(Object.entries(stores))("%s", (_, open) => {
  test("gives back what was put, and nothing where nothing was", async () => {
    const store = await open();
    const text = "some bytes\n".repeat(500);
    await store.put("attachments/one", stored(text), signal);
    expect(await textAt(store, "attachments/one")).toBe(text);
    expect(await store.head("attachments/one", signal)).toEqual({ key: "attachments/one", sizeBytes: 5500 });
    expect(await store.get("attachments/two", signal)).toBeUndefined();
    expect(await store.head("attachments/two", signal)).toBeUndefined();
  });

  test("lists what begins with a prefix, and only that", async () => {
    const store = await open();
    expect(await store.list("copies/", signal)).toEqual([]);
    for (const key of ["copies/b/x.db", "copies/a/x.db", "attachments/x"])
      await store.put(key, stored("x"), signal);
    const keysOf = async (prefix: string) => (await store.list(prefix, signal)).map(({ key }) => key);
    expect(await keysOf("copies/")).toEqual(["copies/a/x.db", "copies/b/x.db"]);
    expect(await keysOf("copies/b")).toEqual(["copies/b/x.db"]);
  });

  test("forgets what is removed, and does not mind what is gone", async () => {
    const store = await open();
    await store.put("attachments/one", stored("x"), signal);
    await store.remove("attachments/one", signal);
    await store.remove("attachments/one", signal);
    expect(await store.list("", signal)).toEqual([]);
  });

  test("refuses bytes that are not what their hash says, and keeps what was there", async () => {
    const store = await open();
    await store.put("attachments/one", stored("good"), signal);
    const wrong = store.put("attachments/one", stored("bad!", stored("good").sha256), signal);
    await expect(wrong).rejects.toMatchObject({ name: "ReplicaError", reason: "refused" });
    expect(await textAt(store, "attachments/one")).toBe("good");
  });
});

test("a bucket refuses a wrong secret, and the failure names no key", async () => {
  const { store } = await bucket({ secretAccessKey: "another-secret" });
  const failure: unknown = await store.put("a", stored("x"), signal).catch((error: unknown) => error);
  expect(failure).toMatchObject({ reason: "refused", message: expect.stringContaining("403") });
  expect(JSON.stringify(failure) + String(failure)).not.toMatch(/access-of-tests|secret/);
});

test("a listing of more than a page is whole", async () => {
  const { fake, store } = await bucket();
  for (let number = 0; number < 2300; number++)
    fake.objects.set(`bucket/a/b/attachments/${String(number).padStart(5, "0")}`, Buffer.from("x"));
  fake.objects.set("bucket/a/other/attachments/x", Buffer.from("x"));
  const listed = await store.list("attachments/", signal);
  expect([listed.length, listed.at(-1)?.key]).toEqual([2300, "attachments/02299"]);
});

test("a bucket that says nothing is unreachable after a while, and so is one that is gone", async () => {
  const { fake, store } = await bucket({ idleMsMax: 1000 });
  fake.behave({ slowMs: 60_000 });
  await expect(store.head("a", signal)).rejects.toMatchObject({ reason: "unreachable" });
  fake.behave("well");
  await store.put("a", stored("x"), signal);
  await fake.die();
  await expect(store.put("a", stored("y"), signal)).rejects.toMatchObject({ reason: "unreachable" });
  await fake.revive();
  expect(await textAt(store, "a")).toBe("x");
});

test("a caller that aborts need not wait for the bucket", async () => {
  const { fake, store } = await bucket();
  fake.behave({ slowMs: 5000 });
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(new Error("stopping")), 50);
  await expect(store.put("a", stored("x"), stopping.signal)).rejects.toThrow("stopping");
});

test("what is half written to a folder is no object", async () => {
  const root = folder();
  const store = await openObjectStore({ place: { type: "file", folder: root }, credentials: undefined });
  const open = async function* () {
    yield Buffer.from("half");
    throw new Error("the disk it is read from failed");
  };
  await expect(store.put("copies/a", { ...stored("half and half"), open }, signal)).rejects.toThrow("failed");
  expect([await store.list("", signal), readdirSync(join(root, "copies"))]).toEqual([[], []]);
});

test("the address is Litestream's: of one's own endpoint in the path, of Amazon in the host name", () => {
  const address = (url: string) => createS3Store(placeOf(url), keys).place;
  expect(address("s3://b/p?endpoint=https://s3.example.test")).toBe("https://s3.example.test/b/p");
  expect(address("s3://b/p?endpoint=s3.example.test&forcePathStyle=false")).toBe(
    "https://b.s3.example.test/p",
  );
  expect(address("s3://b/p/?region=eu-west-1")).toBe("https://b.s3.eu-west-1.amazonaws.com/p");
  expect(address("s3://b?forcePathStyle=true")).toBe("https://s3.us-east-1.amazonaws.com/b/");
  expect(parseReplicaUrl("file:///a%20b/")).toEqual({ type: "file", folder: "/a b" });
  for (const wrong of ["s3:///p", "file://host/p", "file:///", "/p", "https://b/p", "s3://k:s@b/p"])
    expect(parseReplicaUrl(wrong), wrong).toBeUndefined();
});

test("a bucket without keys is said to be one", async () => {
  const place = placeOf("s3://bucket");
  await expect(openObjectStore({ place, credentials: undefined })).rejects.toThrow(
    "LITESTREAM_ACCESS_KEY_ID",
  );
});
