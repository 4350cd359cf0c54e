import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { databaseNames, type DatabaseName } from "../../lib/database-name.ts";
import { testKey, type Caller } from "../support/clients/caller.ts";
import { expectProblem } from "../support/claims.ts";
import { converse, messagesOf } from "../support/conversation.ts";
import { copyDatabase, putBack, reportOf } from "../support/replica/copies.ts";
import { startInstance, type FunctionInstance } from "../support/function/instance.ts";
import { says } from "../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../support/server/server-process.ts";
import { eventsOf, taskIn, until } from "../support/until.ts";

async function start(): Promise<ServerProcess> {
  const server = await startServerProcess();
  onTestFinished(() => server.stop());
  return server;
}

async function instanceOn(
  { folder }: Pick<ServerProcess, "folder">,
  env: Record<string, string> = {},
): Promise<FunctionInstance> {
  const instance = await startInstance(folder, { env });
  onTestFinished(() => instance.stop());
  return instance;
}

function freshFolder(): { folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "talkcody-function-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder };
}

test("functions read and administer what an always-on server left, and it goes on with what they changed", async () => {
  const server = await start();
  const { sessionId, taskId } = await converse(server, [says("Hello.")]);
  await taskIn(server, taskId, "completed");
  const [messages, events] = [await messagesOf(server, sessionId), await eventsOf(server, sessionId)];
  await server.end("SIGTERM");

  const instance = await instanceOn(server);
  expect(await messagesOf(instance, sessionId)).toEqual(messages);
  expect(await eventsOf(instance, sessionId)).toEqual(events);
  const renamed = { params: { sessionId }, body: { title: "Renamed in a function" } };
  expect((await instance.call("updateSession", renamed)).status).toBe(200);
  const bytes = randomBytes(3_000_000);
  const file = (await instance.call("uploadFile", { query: { filename: "b.bin" }, body: bytes })).body;
  expect(file.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
  const refused = await instance.call("sendMessage", { params: { sessionId }, body: { content: "Go on" } });
  expectProblem(refused, "always-on-only");
  expect(refused.problem.detail).toMatch(/^sendMessage needs the always-on server/);

  await server.start(); // While the instance is there, asleep: it holds nothing.
  expect((await server.call("getSession", { params: { sessionId } })).body.title).toBe(renamed.body.title);
  expect(await messagesOf(server, sessionId)).toEqual(messages);
  const content = await server.call("getFileContent", { params: { fileId: file.id } });
  expect(content.bytes.equals(bytes)).toBe(true);
});

test("a function never takes over from a server that runs: it is busy, tells nothing of the host, and answers once that has stopped", async () => {
  const server = await start();
  const instance = await instanceOn(server);
  const refused = await instance.call("listSessions");
  expectProblem(refused, "busy");
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  expect(refused.problem.detail).not.toContain(server.folder);
  expect(instance.said()).toContain(`A server is already running on ${server.dataDir}`);
  const body = { name: "Still writing", systemPrompt: "S" };
  expect((await server.call("createAgent", { body })).status).toBe(201); // It is not fenced.
  await server.end("SIGTERM");
  expect((await instance.call("listAgents")).body.items.map(({ name }) => name)).toContain(body.name);
});

test("what a server left running is for the next server to end: it may run on a host that no function sees", async () => {
  const server = await start();
  await server.end("SIGKILL");
  const record = join(server.dataDir, "processes/of-another-host");
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, "a boot of another host\n");
  const instance = await instanceOn(server);
  expect((await instance.call("listAgents")).status).toBe(200);
  expect(existsSync(record)).toBe(true);
  await server.start();
  expect(existsSync(record)).toBe(false);
});

test("requests at the same time in one instance share what is opened, and two instances take turns", async () => {
  const fresh = freshFolder();
  const [one, other] = [await instanceOn(fresh), await instanceOn(fresh)];
  const names = Array.from({ length: 12 }, (_, place) => `Agent ${place}`);
  const created = await Promise.all(
    names.map((name) => one.call("createAgent", { body: { name, systemPrompt: "S" } })),
  );
  expect(created.map(({ status }) => status)).toEqual(names.map(() => 201));
  const turns = [one, other].map(async (instance, place) => {
    const body = { name: `Turn ${place}`, systemPrompt: "S" };
    const headers = { "Idempotency-Key": `turn-${place}` };
    const isCreated = async () => (await instance.call("createAgent", { body, headers })).status === 201;
    await until("its turn has come", isCreated); // As a client that is told `busy`.
  });
  await Promise.all(turns);
  const { items } = (await other.call("listAgents", { query: { limit: 200 } })).body;
  expect(items.length).toBe(names.length + 3); // With the built-in one; nothing was done twice.
  expect(items.map(({ name }) => name)).toEqual(expect.arrayContaining([...names, "Turn 0", "Turn 1"]));
});

test("a function of one operation serves that one, and finds nothing else", async () => {
  const fresh = freshFolder();
  const instance = await instanceOn(fresh, { TALKCODY_FUNCTION_OPERATION: "listAgents" });
  expect((await instance.call("listAgents")).status).toBe(200);
  const ask = (method: string, path: string) =>
    fetch(instance.url + path, { method, headers: { "x-api-key": testKey } });
  const statuses = [await ask("GET", "/v1/tasks"), await ask("POST", "/v1/agents")].map(
    ({ status }) => status,
  );
  expect(statuses).toEqual([404, 405]);
  await expect(
    startInstance(fresh.folder, { env: { TALKCODY_FUNCTION_OPERATION: "listAgent" } }),
  ).rejects.toThrow(/TALKCODY_FUNCTION_OPERATION should be one of .*listAgents/);
});

test("restored databases are for the always-on server to look at first", async () => {
  const server = await start();
  const copied = databaseNames.map((name) => [
    name,
    copyDatabase(server.dataDir, name, join(server.folder, "copies")),
  ]);
  await server.end("SIGTERM");
  rmSync(server.dataDir, { recursive: true });
  putBack(server.dataDir, Object.fromEntries(copied) as Record<DatabaseName, string>);

  const instance = await instanceOn(server);
  for (const _ of [1, 2]) expectProblem(await instance.call("listAgents"), "busy");
  await server.start();
  expect(reportOf(server).noticedBy).toBeTruthy();
  await server.end("SIGTERM");
  expect((await instance.call("listAgents")).status).toBe(200);
});

test("what came twice is seen to have come twice, as by a server that listens", async () => {
  const server = await start();
  const request = { key: null, headers: { "x-api-key": [server.key, server.key] as never } };
  const query = `/v1/agents?limit=1&limit=2`;
  const answersOf = async (caller: Caller) => [
    (await caller.request("GET", "/v1/agents", request)).status,
    (await caller.request("GET", query, { key: server.key })).status,
    (await caller.request("GET", "/v1/agents?limit=1%2C2", { key: server.key })).status,
  ];
  const listening = await answersOf(server);
  await server.end("SIGTERM");
  expect(await answersOf(await instanceOn(server))).toEqual(listening);
  expect(listening).toEqual([401, 400, 400]);
});
