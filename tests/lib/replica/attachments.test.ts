import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Clock, systemClock } from "../../../lib/ports/clock.ts";
import { startFakeS3, type FakeS3 } from "../../support/replica/fake-s3.ts";
import { startTestServer, type TestServer } from "../../support/server/server.ts";
import { until } from "../../support/until.ts";

const keys = { LITESTREAM_ACCESS_KEY_ID: "access-of-tests", LITESTREAM_SECRET_ACCESS_KEY: "secret-of-tests" };
const day = 24 * 3_600_000;

/** Its waits are so long that the databases are not copied, which would count as requests too. */
const slowClock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(100 * ms, signal) };

async function replicated(clock = systemClock): Promise<{ server: TestServer; s3: FakeS3 }> {
  const s3 = await startFakeS3(keys.LITESTREAM_ACCESS_KEY_ID, keys.LITESTREAM_SECRET_ACCESS_KEY);
  onTestFinished(() => s3.die());
  const env = { TALKCODY_REPLICA_URL: `s3://bucket/tests?endpoint=${s3.url}`, ...keys };
  const server = await startTestServer({ env, clock });
  onTestFinished(() => server.stop());
  return { server, s3 };
}

function keyOf(text: string): string {
  return `bucket/tests/attachments/${createHash("sha256").update(text).digest("hex")}`;
}

async function upload(server: TestServer, text: string): Promise<string> {
  const { status, body } = await server.call("uploadFile", { query: { filename: "a.txt" }, body: text });
  expect(status).toBe(201);
  return body.id;
}

function copied(s3: FakeS3, text: string): Promise<true> {
  return until(`${text} is in the bucket`, () => String(s3.objects.get(keyOf(text))) === text);
}

function content(server: TestServer, fileId: string, headers: Record<string, string> = {}) {
  return fetch(`${server.url}/v1/files/${fileId}/content`, {
    headers: { "x-api-key": server.key, ...headers },
  });
}

function loseAttachments(server: TestServer): void {
  rmSync(join(server.dataDir, "attachments"), { recursive: true });
}

test("the bytes of a file are in the bucket under their hash, and the same bytes are sent once", async () => {
  const { server, s3 } = await replicated(slowClock);
  await upload(server, "some bytes");
  await copied(s3, "some bytes");
  const before = s3.requests;
  await upload(server, "some bytes");
  await upload(server, "other bytes");
  await copied(s3, "other bytes");
  expect(s3.requests - before).toBe(2); // Whether the others are there, and they themselves.
  await server.restart();
  await upload(server, "third bytes");
  await copied(s3, "third bytes");
  expect(s3.requests - before).toBe(4);
});

test("a bucket that refuses keeps no request waiting, and has all once it does not", async () => {
  const { server, s3 } = await replicated();
  s3.behave("refusing");
  await upload(server, "one");
  await upload(server, "two");
  await until("it was refused", () => s3.requests >= 2);
  expect(s3.objects.size).toBe(0);
  s3.behave("well");
  await Promise.all([copied(s3, "one"), copied(s3, "two")]);
});

test("bytes that the disk lost come back on demand, once, and are kept", async () => {
  const { server, s3 } = await replicated(slowClock);
  const fileId = await upload(server, "worth keeping");
  await copied(s3, "worth keeping");
  loseAttachments(server);
  await server.restart();
  const before = s3.requests;
  const part = content(server, fileId, { range: "bytes=6-12" });
  const answers = await Promise.all([content(server, fileId), part]);
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(["worth keeping", "keeping"]);
  expect(answers.map(({ status }) => status)).toEqual([200, 206]);
  expect(s3.requests - before).toBe(1);
  await s3.die();
  expect(await (await content(server, fileId)).text()).toBe("worth keeping");
  await s3.revive();
});

test("bytes that nobody has are said to be lost; those that cannot be had now are asked to be tried again", async () => {
  const { server, s3 } = await replicated();
  const [gone, kept, changed] = await Promise.all(
    ["gone", "kept", "true"].map((text) => upload(server, text)),
  );
  await Promise.all(["gone", "kept", "true"].map((text) => copied(s3, text)));
  loseAttachments(server);
  await server.restart();
  s3.objects.delete(keyOf("gone"));
  s3.objects.set(keyOf("true"), Buffer.from("fake"));
  expect(await problem(server, gone)).toMatchObject({
    status: 404,
    detail: expect.stringContaining("neither on this disk nor in the replica"),
  });
  expect(await problem(server, changed)).toMatchObject({
    status: 404,
    detail: expect.stringContaining("other bytes"),
  });
  expect(existsSync(join(server.dataDir, "attachments", String(changed).slice(-2)))).toBe(false);
  await s3.die();
  const unreachable = await problem(server, kept);
  expect(unreachable).toMatchObject({
    status: 503,
    retryAfter: "30",
    detail: expect.stringContaining("does not answer"),
  });
  await s3.revive();
  expect(await (await content(server, kept ?? "")).text()).toBe("kept");
});

async function problem(server: TestServer, fileId = "") {
  const answer = await content(server, fileId);
  const { detail } = (await answer.json()) as { detail: string };
  const retryAfter = answer.headers.get("retry-after");
  return { status: answer.status, retryAfter, detail };
}

test("bytes that no file refers to leave the bucket after 15 days; those of another file stay", async () => {
  let later = 0;
  const { server, s3 } = await replicated({ ...systemClock, now: () => Date.now() + later });
  const ids = [await upload(server, "unwanted"), await upload(server, "shared")];
  await upload(server, "shared");
  await Promise.all([copied(s3, "unwanted"), copied(s3, "shared")]);
  for (const fileId of ids)
    expect((await server.call("deleteFile", { params: { fileId } })).status).toBe(204);
  later = 14.9 * day;
  await server.restart();
  await upload(server, "a mark");
  await copied(s3, "a mark");
  expect(s3.objects.has(keyOf("unwanted"))).toBe(true);
  later = 15.1 * day;
  await server.restart();
  await until("it is gone", () => !s3.objects.has(keyOf("unwanted")));
  await upload(server, "another mark");
  await copied(s3, "another mark");
  expect(s3.objects.has(keyOf("shared"))).toBe(true);
});

test("a server whose bucket has no keys does not start, and says which it wants", async () => {
  const env = { TALKCODY_REPLICA_URL: "s3://bucket/tests" };
  await expect(startTestServer({ env })).rejects.toThrow("Set LITESTREAM_ACCESS_KEY_ID");
});
