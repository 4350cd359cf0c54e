import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createDeployment, type Deployment } from "../../deploy/deployment.ts";
import { findLitestream, inReplica } from "../../deploy/litestream.ts";
import { damages, goOn, talk } from "../../deploy/trial.ts";
import { startFakeS3, type FakeS3 } from "../../support/replica/fake-s3.ts";

const keys = { AWS_ACCESS_KEY_ID: "replica-key", AWS_SECRET_ACCESS_KEY: "bucket-canary-7d1e0b6a" };
const litestream = findLitestream();
/** Stopped before that, the old one leaves what it has not looked at; start.sh asks the new one to look once more. */
async function isLookedAt(server: Deployment, s3?: FakeS3): Promise<void> {
  if (!litestream.isStandIn) return;
  const folder = join(server.folder, "replica");
  const files = () => (existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : []);
  await inReplica(s3 === undefined ? files : () => [...s3.objects.keys()]);
}
const names = ["chat_history", "agents", "settings"];

test("without TALKCODY_REPLICA_URL it serves, and says in one line that nothing is replicated", async () => {
  const server = await deploy(() => ({}));
  await running(server);
  const lines = server.said().split("\n");
  expect(lines.filter((line) => line.includes("nothing is replicated"))).toHaveLength(1);
  server.signal("SIGTERM");
  expect(await server.gone()).toMatchObject({ code: 0 });
});

test.each([
  ["no Litestream", { LITESTREAM_BIN: "/nowhere/litestream" }, "/nowhere/litestream does not run"],
  ["another scheme", { TALKCODY_REPLICA_URL: "ftp://host/path" }, "should be s3://bucket/prefix"],
  ["a text in YAML's ears", { TALKCODY_REPLICA_URL: 'file:///a"b' }, "a character that does not belong"],
  ["no folder", { TALKCODY_REPLICA_URL: "file://" }, "should be s3://bucket/prefix"],
])("%s is one sentence, and no server without a replica", async (_, env, sentence) => {
  const server = await deploy((folder) => ({ TALKCODY_REPLICA_URL: `file://${folder}/replica`, ...env }));
  server.start();
  expect(await server.gone()).toMatchObject({ code: 1 });
  const told = server
    .said()
    .trim()
    .split("\n")
    .filter((line) => !line.includes("may damage databases"));
  expect(told).toEqual([expect.stringContaining(sentence)]);
  expect(existsSync(join(server.dataDir, "chat_history.db"))).toBe(false);
});

test("after a stop the last write is in the replica, and comes back whole on an empty volume", async () => {
  const server = await deployed();
  const sessionId = await talk(server);
  await isLookedAt(server);
  const last = await server.call("createSession", { body: { title: "The last word" } });
  server.signal("SIGTERM");
  const { code } = await server.gone();
  // The old one complains at times that its reading was ended, after it has written everything.
  expect(litestream.isStandIn ? 0 : code, server.said()).toBe(0);
  server.loseVolume();
  await running(server);
  const found = await server.call("getSession", { params: { sessionId: last.body.id } });
  expect(found.body.title).toBe("The last word");
  expect(await goOn(server, sessionId)).toBe(true);
  expect(server.said()).toContain("chat_history.db was restored");
  expect(statSync(server.dataDir).mode & 0o777).toBe(0o700);
  for (const name of names) expect(statSync(join(server.dataDir, `${name}.db`)).mode & 0o077).toBe(0);
});

test("one database that is missing is brought back beside the others, which are left as they are", async () => {
  const server = await deployed();
  const sessionId = await talk(server);
  const agent = { name: "Kept", systemPrompt: "You were in the replica." };
  const { body: kept } = await server.call("createAgent", { body: agent });
  await isLookedAt(server);
  await stopped(server);
  server.loseDatabase("agents");
  writeFileSync(join(server.dataDir, "agents.db.restoring"), "cut off by a kill");
  await running(server);
  expect((await server.call("getAgent", { params: { agentId: kept.id } })).body.name).toBe("Kept");
  expect(await goOn(server, sessionId)).toBe(true);
  expect(server.said().match(/was restored/g)).toHaveLength(1);
  await stopped(server);
  expect(damages(server)).toEqual([]);
});

test("a replicator that dies takes the server with it, and the next start goes on", async () => {
  const server = await deployed();
  const sessionId = await talk(server);
  const [replicator = 0] = server.processes("litestream.yml");
  process.kill(replicator, "SIGKILL");
  expect(await server.gone()).toMatchObject({ code: 1 });
  expect(server.said()).toContain("The replicator ended (137)");
  await expect(server.call("getServer")).rejects.toThrow(/ECONN/);
  await running(server);
  expect(await goOn(server, sessionId)).toBe(true);
});

test("a server that ends by itself ends start.sh with 1; a second start.sh beside it is refused", async () => {
  const server = await deployed();
  const second = await deploy(() => ({
    TALKCODY_DATA_DIR: server.dataDir,
    TALKCODY_REPLICA_URL: `file://${server.folder}/replica`,
  }));
  second.start();
  expect(await second.gone()).toMatchObject({ code: 1 });
  expect(second.said()).toContain("Another start.sh is at work on");
  expect((await server.call("getServer")).status).toBe(200);
  process.kill(Number(readFileSync(join(server.dataDir, "server.pid"), "utf8")), "SIGKILL");
  expect(await server.gone()).toMatchObject({ code: 1 });
});

test("the keys of the bucket are in no environment but the replicator's", async () => {
  const s3 = await bucket();
  const server = await deployed(s3);
  const [replicator = 0] = server.processes("litestream.yml");
  const pid = Number(readFileSync(join(server.dataDir, "server.pid"), "utf8"));
  const secret = keys.AWS_SECRET_ACCESS_KEY;
  expect(readFileSync(`/proc/${replicator}/environ`, "utf8")).toContain(secret); // So the search finds it.
  expect(readFileSync(`/proc/${pid}/environ`, "utf8")).not.toContain(secret);
  expect(server.said()).not.toContain(secret);
});

test("where the replica refuses, nothing is started on empty databases; when it answers again, all is back", async () => {
  const s3 = await bucket();
  const server = await deployed(s3);
  const sessionId = await talk(server);
  await isLookedAt(server, s3);
  await stopped(server);
  server.loseVolume();
  s3.behave("refusing");
  server.start();
  expect(await server.gone()).toMatchObject({ code: 1 });
  expect(server.said()).toContain("could not be restored; nothing is started");
  for (const name of names) expect(existsSync(join(server.dataDir, `${name}.db`))).toBe(false);
  s3.behave("well");
  await running(server);
  expect(await goOn(server, sessionId)).toBe(true);
});

async function running(server: Deployment): Promise<void> {
  server.start();
  await server.up();
}

async function stopped(server: Deployment): Promise<void> {
  server.signal("SIGTERM");
  await server.gone();
}

async function deployed(s3?: FakeS3): Promise<Deployment> {
  const server = await deploy((folder) => ({
    LITESTREAM_BIN: litestream.bin,
    TALKCODY_REPLICA_URL:
      s3 === undefined
        ? `file://${join(folder, "replica")}`
        : `s3://bucket/prefix?endpoint=${s3.url}&region=test-1`,
    ...keys,
  }));
  await running(server);
  return server;
}

async function deploy(variables: (folder: string) => Record<string, string>): Promise<Deployment> {
  const server = await createDeployment(variables);
  onTestFinished(() => server.remove());
  return server;
}

async function bucket(): Promise<FakeS3> {
  const s3 = await startFakeS3(keys.AWS_ACCESS_KEY_ID);
  onTestFinished(() => s3.die());
  return s3;
}
