import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../lib/ports/clock.ts";
import type { Drill } from "../../../lib/operating/drill.ts";
import { createDeployment } from "../../deploy/deployment.ts";
import { findLitestream } from "../../deploy/litestream.ts";
import { talk } from "../../deploy/trial.ts";
import { startFakeS3 } from "../../support/replica/fake-s3.ts";
import { startTestServer, type TestServer } from "../../support/server/server.ts";
import { root } from "../../support/server/server-process.ts";
import { until } from "../../support/until.ts";

const hour = 3_600_000;
const keys = { LITESTREAM_ACCESS_KEY_ID: "access-of-tests", LITESTREAM_SECRET_ACCESS_KEY: "secret-of-tests" };

/** As a person runs it, beside a server that is at work. */
async function drill(env: Record<string, string>): Promise<{ code: number; table: string }> {
  const PATH = `${dirname(process.execPath)}:${process.env["PATH"]}`;
  const options = { env: { PATH, ...env }, extendEnv: false, all: true, reject: false } as const;
  const { exitCode = -1, all } = await execa(join(root, "deploy/restore-drill.sh"), options);
  return { code: exitCode, table: all };
}

function lastDrill(dataDir: string): Drill {
  return JSON.parse(readFileSync(join(dataDir, "drill.json"), "utf8")) as Drill;
}

/** A server with one whole hourly copy in a folder, and what a drill needs to know. */
async function copiedServer() {
  const replica = mkdtempSync(join(tmpdir(), "replica-"));
  onTestFinished(() => rmSync(replica, { recursive: true, force: true }));
  const url = `file://${replica}`;
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal: AbortSignal) => systemClock.sleep(ms / 100, signal),
  };
  const server = await startTestServer({ env: { TALKCODY_REPLICA_URL: url }, clock });
  onTestFinished(() => server.stop());
  await server.call("createSession", { body: { title: "Before the copy" } });
  await upload(server, "bytes");
  const copies = join(replica, "copies");
  const whole = () => readdirSync(copies).find((copy) => existsSync(join(copies, copy, "complete")));
  const copy = await until("there is a copy", () => existsSync(copies) && whole());
  const env = { TALKCODY_DATA_DIR: server.dataDir, TALKCODY_REPLICA_URL: url };
  return { server, replica, env, copy: join(copies, copy) };
}

async function upload(server: TestServer, text: string): Promise<string> {
  return (await server.call("uploadFile", { body: text })).body.id;
}

/** Changes one database of a copy behind everybody's back. */
function tamper(path: string, sql: string): void {
  const database = `${path}.open`;
  writeFileSync(database, zstdDecompressSync(readFileSync(path)));
  const sqlite = new Sqlite(database);
  sqlite.unsafeMode(true);
  sqlite.pragma("foreign_keys = OFF");
  sqlite.exec(sql);
  sqlite.close();
  writeFileSync(path, zstdCompressSync(readFileSync(database)));
  rmSync(database);
}

test("the drill restores the replica beside the server at work, and says what a loss would cost", async () => {
  const litestream = findLitestream();
  const s3 = await startFakeS3(keys.LITESTREAM_ACCESS_KEY_ID);
  onTestFinished(() => s3.die());
  const url = `s3://bucket/prefix?endpoint=${s3.url}&region=test-1`;
  const env = { LITESTREAM_BIN: litestream.bin, TALKCODY_REPLICA_URL: url, ...keys };
  const server = await createDeployment(() => env);
  onTestFinished(() => server.remove());
  server.start();
  await server.up();
  await talk(server);
  // Until the replicator has looked at all of it, there is less in the replica than here.
  const table = await until("a drill goes well", async () => {
    const held = await drill({ ...env, TALKCODY_DATA_DIR: server.dataDir });
    return held.code === 0 && held.table;
  });
  expect(table).toContain("The drill passed.");
  const { source, recoveryPointSeconds, breaches } = lastDrill(server.dataDir);
  expect({ source, breaches }).toEqual({ source: "replica", breaches: [] });
  expect(recoveryPointSeconds).toBeGreaterThanOrEqual(0);
  expect(readdirSync(server.dataDir).filter((name) => name.startsWith("drill-"))).toEqual([]);
});

test("without a replicator the newest hourly copy is restored, and its age is what a loss would cost", async () => {
  const { env, server } = await copiedServer();
  const { code, table } = await drill(env);
  expect([code, table]).toEqual([0, expect.stringContaining("from the newest hourly copy")]);
  expect(table).toMatch(/sessions +1 +1\n/);
  expect(lastDrill(server.dataDir)).toMatchObject({ source: "copy", breaches: [] });
  expect(lastDrill(server.dataDir).lastGoodAt).toBe(lastDrill(server.dataDir).at);
});

test.each([
  [
    "a row without its parent",
    "chat_history",
    "DELETE FROM workspaces",
    "A row of sessions has no workspaces",
  ],
  [
    "a log that lost its end",
    "chat_history",
    "UPDATE sessions SET last_sequence = 99",
    "does not end where the session says",
  ],
  [
    "a hole in the file",
    "agents",
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 999 WHERE name = 'requests_by_age'",
    "agents.db: ",
  ],
  [
    "an old copy",
    "chat_history",
    "UPDATE sessions SET updated_at = '2020-01-01T00:00:00.000Z'; DELETE FROM events; UPDATE sessions SET pruned_sequence = last_sequence; UPDATE requests SET created_at = '2020-01-01T00:00:00.000Z'",
    "would be lost",
  ],
])("%s in what comes back is a breach", async (_, name, sql, sentence) => {
  const { env, server, copy } = await copiedServer();
  expect((await drill(env)).code).toBe(0);
  const good = lastDrill(server.dataDir).at;
  tamper(join(copy, `${name}.db.zst`), sql);
  const { code, table } = await drill(env);
  expect([code, table]).toEqual([1, expect.stringContaining(sentence)]);
  expect(lastDrill(server.dataDir)).toMatchObject({
    lastGoodAt: good,
    breaches: [expect.stringContaining(sentence)],
  });
});

test("bytes that are neither here nor in the replica are a breach, those that are in one of them are none", async () => {
  const { env, server, replica } = await copiedServer();
  const attachments = join(replica, "attachments");
  await until(
    "the bytes are in the replica",
    () => existsSync(attachments) && readdirSync(attachments).length === 1,
  );
  rmSync(join(server.dataDir, "attachments"), { recursive: true });
  expect((await drill(env)).code).toBe(0);
  rmSync(attachments, { recursive: true });
  const { code, table } = await drill(env);
  expect([code, table]).toEqual([1, expect.stringContaining("neither here nor in the replica")]);
});

test("an empty replica is a breach, and no replica is said to be none", async () => {
  const { env, replica } = await copiedServer();
  rmSync(join(replica, "copies"), { recursive: true });
  expect(await drill(env)).toMatchObject({
    code: 1,
    table: expect.stringContaining("no complete copy in the replica"),
  });
  const { TALKCODY_DATA_DIR } = env;
  expect(await drill({ TALKCODY_DATA_DIR })).toMatchObject({
    code: 1,
    table: expect.stringContaining("is not set"),
  });
});

test("the server holds a drill each day by itself", async () => {
  const replica = mkdtempSync(join(tmpdir(), "replica-"));
  onTestFinished(() => rmSync(replica, { recursive: true, force: true }));
  let passed = 0;
  const sleep = (ms: number, signal: AbortSignal) => systemClock.sleep(Math.min(ms / 300, 2500), signal);
  const clock = { ...systemClock, now: () => Date.now() + passed, sleep };
  const server = await startTestServer({ env: { TALKCODY_REPLICA_URL: `file://${replica}` }, clock });
  onTestFinished(() => server.stop());
  const held = () => existsSync(join(server.dataDir, "drill.json")) && lastDrill(server.dataDir);
  const first = await until("the first drill", held);
  expect(first).toMatchObject({ source: "copy", breaches: [] });
  passed = 24 * hour;
  await until("the second drill", () => held() && lastDrill(server.dataDir).at !== first.at);
});
