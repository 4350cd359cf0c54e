import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { startFakeS3 } from "../../support/replica/fake-s3.ts";
import { startServerProcess } from "../../support/server/server-process.ts";
import { until } from "../../support/until.ts";

const keys = { LITESTREAM_ACCESS_KEY_ID: "access-of-tests", LITESTREAM_SECRET_ACCESS_KEY: "secret-of-tests" };

async function server() {
  const s3 = await startFakeS3(keys.LITESTREAM_ACCESS_KEY_ID, keys.LITESTREAM_SECRET_ACCESS_KEY);
  onTestFinished(() => s3.die());
  const env = { TALKCODY_REPLICA_URL: `s3://bucket/tests?endpoint=${s3.url}`, ...keys };
  const started = await startServerProcess({ env });
  onTestFinished(() => started.stop());
  return { s3, server: started };
}

test("an upload that a kill cut is taken up by the next run", async () => {
  const { s3, server: life } = await server();
  s3.behave({ slowMs: 500 });
  await life.call("uploadFile", { body: "some bytes" });
  await until("the bucket was asked for the bytes, and then given them", () => s3.requests >= 2);
  await life.end("SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, 600)); // What was underway arrives, and nobody noted it.
  s3.objects.clear();
  s3.behave("well");
  await life.start();
  const key = `bucket/tests/attachments/${createHash("sha256").update("some bytes").digest("hex")}`;
  await until("the bytes are in the bucket", () => s3.objects.has(key));
  expect(String(s3.objects.get(key))).toBe("some bytes");
});

test("a copy that a kill cut counts for nothing, and the next run makes a whole one", async () => {
  const { s3, server: life } = await server();
  const names = () => [...s3.objects.keys()].filter((key) => key.includes("/copies/"));
  s3.behave({ slowMs: 400 });
  await until("one database is in the bucket", () => names().length > 0);
  await life.end("SIGKILL");
  expect(names().filter((key) => key.endsWith("/complete"))).toEqual([]);
  s3.behave("well");
  await life.start();
  const complete = () => names().find((key) => key.endsWith("/complete"));
  const mark = await until("there is a whole copy", complete);
  const folder = mark.slice(0, -"complete".length);
  expect(names().filter((key) => key.startsWith(folder))).toHaveLength(4);
  expect(readdirSync(life.dataDir)).not.toContain("copying");
});
