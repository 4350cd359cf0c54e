import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { systemClock, type Clock } from "../../../lib/ports/clock.ts";
import contract from "../../../packages/shared/src/contract.gen.json" with { type: "json" };
import { converse, decide } from "../../support/conversation.ts";
import { follow } from "../../support/clients/follower.ts";
import { readScrape } from "../../support/server/prometheus.ts";
import { asks, calls, says, scriptModel } from "../../support/models/script.ts";
import { freePort } from "../../support/server/server-process.ts";
import { startTestServer, testKey, type TestServerOptions } from "../../support/server/server.ts";
import { pendingAction, taskIn, until } from "../../support/until.ts";
import { tempFolder } from "../storage/temp-storage.ts";

async function watchedServer({ env, clock }: Pick<TestServerOptions, "env" | "clock"> = {}) {
  const port = await freePort();
  const watched = { TALKCODY_PRIVATE_PORT: String(port), ...env };
  const server = await startTestServer({ env: watched, ...(clock ? { clock } : {}) });
  onTestFinished(() => server.stop());
  const fetched = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const scrape = async () => readScrape(await (await fetched("/metrics")).text());
  return { server, fetched, scrape };
}

test("a task shows in what is measured: its first tokens, its events, its decision, its failure", async () => {
  const { server, scrape } = await watchedServer();
  const before = await scrape();
  expect(before.value("talkcody_oldest_pending_action_seconds")).toBe(0);
  expect(before.value("talkcody_time_to_first_token_seconds_count", { model: scriptModel })).toBeUndefined();

  const { sessionId, taskId } = await converse(server, [asks(), says("Red it is.")]);
  const follower = follow(server, sessionId);
  const action = await pendingAction(server, sessionId);
  await until("it has waited", async () => {
    const waited = (await scrape()).value("talkcody_oldest_pending_action_seconds") ?? 0;
    return waited > 0.05;
  });
  expect((await scrape()).value("talkcody_tasks", { state: "waiting" })).toBe(1);
  await until("the reader is there", async () => (await scrape()).value("talkcody_readers") === 1);
  await decide(server, sessionId, { type: "respond", actionId: action.id, result: { colour: "Red" } });
  await taskIn(server, taskId, "completed");
  await follower.waitFor("the end", (state) => state.tasks[taskId]?.state === "completed");
  await follower.stop();

  const after = await scrape();
  expect(after.value("talkcody_time_to_first_token_seconds_count", { model: scriptModel })).toBe(2);
  expect(after.value("talkcody_model_requests_total", { model: scriptModel, outcome: "ok" })).toBe(2);
  expect(after.value("talkcody_event_fanout_seconds_count")).toBeGreaterThan(0);
  expect(after.value("talkcody_oldest_pending_action_seconds")).toBe(0);
  expect(after.value("talkcody_tasks", { state: "waiting" })).toBe(0);
  expect(after.value("talkcody_requests_total", { operation: "createSession", status: "201" })).toBe(1);
  expect(after.value("talkcody_disk_free_bytes")).toBeGreaterThan(0);
  await until("the reader is gone", async () => (await scrape()).value("talkcody_readers") === 0);
});

test("problems count by their code, those of requests and those of tasks", async () => {
  const { server, scrape } = await watchedServer();
  await server.call("getSession", { params: { sessionId: "ses_01jd0000000000000000000000" } });
  await server.call("listSessions", { key: "wrong-wrong-wrong-wrong" });
  const { taskId } = await converse(server, [{ fail: { failure: "unauthorized" } }]);
  await taskIn(server, taskId, "failed");
  const { value } = await scrape();
  expect(value("talkcody_errors_total", { code: "not-found", from: "request" })).toBe(1);
  expect(value("talkcody_errors_total", { code: "unauthorized", from: "request" })).toBe(1);
  expect(value("talkcody_errors_total", { code: "model-refused", from: "task" })).toBe(1);
});

test("nothing that is measured names a session, a path, a key or a word of anybody", async () => {
  const { server, fetched } = await watchedServer();
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: "echo word" }), says("w")], {
    title: "A title of mine",
    settings: { autoApproveCommands: true },
  });
  await taskIn(server, taskId, "completed");
  const text = await (await fetched("/metrics")).text();
  for (const secret of [sessionId, taskId, testKey, server.dataDir, "A title", "echo"])
    expect(text).not.toContain(secret);
});

test("an alarm shows wherever one looks, and leaves the server ready", async () => {
  const passed = { ms: 0 };
  const clock = { ...systemClock, elapsed: () => systemClock.elapsed() + passed.ms, sleep: shortly };
  const { server, fetched, scrape } = await watchedServer({
    clock,
    env: {
      TALKCODY_LOG_LEVEL: "silent",
      TALKCODY_REPLICA_URL: `file://${tempFolder()}`,
      TALKCODY_REPLICATOR_METRICS_URL: `http://127.0.0.1:${await freePort()}/metrics`, // Nobody is there.
    },
  });
  const lag = async () => (await scrape()).value("talkcody_replication_lag_seconds") ?? 0;
  await until("the silence is noticed", async () => (await lag()) > 0);
  expect((await scrape()).value("talkcody_alarm", { alarm: "replication" })).toBe(0);
  expect(await (await fetched("/ready")).json()).toEqual({ isReady: true, reason: null, alarms: [] });
  expect((await server.call("getServer")).body.alarms).toEqual([]);

  passed.ms += 40_000;
  const rings = async () => (await scrape()).value("talkcody_alarm", { alarm: "replication" }) === 1;
  await until("the alarm rings", rings);
  const { alarms } = (await server.call("getServer")).body;
  expect(alarms).toMatchObject([
    { code: "replication", detail: expect.stringContaining("has not answered") },
  ]);
  expect(await (await fetched("/ready")).json()).toEqual({ isReady: true, reason: null, alarms });
});

/** What waits for seconds waits for a hundredth of them. */
const shortly: Clock["sleep"] = (ms, signal) => systemClock.sleep(ms / 100, signal);

test("without a replica nothing is said of one", async () => {
  const { scrape } = await watchedServer();
  const { names, value } = await scrape();
  expect(value("talkcody_replication_lag_seconds")).toBeUndefined();
  expect(names.has("talkcody_replication_lag_seconds")).toBe(true);
});

test("what was spent today is the sum of the steps, also of those before a restart", async () => {
  const { server, scrape } = await watchedServer();
  const models = { script: { pricing: { input: 1000, output: 1000 } } };
  await server.call("updateSettings", { body: { providers: { priced: { type: "scripted", models } } } });
  const spend = async () => {
    const { taskId } = await converse(server, [says("One."), says("Two.")], { model: "script@priced" });
    return (await taskIn(server, taskId, "completed")).usage.costUsd;
  };
  const spent = async () => (await scrape()).value("talkcody_cost_today_usd");
  expect(await spent()).toBe(0);
  const first = await spend();
  expect(first).toBeGreaterThan(0);
  expect(await spent()).toBeCloseTo(first, 9);
  await server.restart();
  expect(await spent()).toBeCloseTo(first, 9);
  const second = await spend();
  expect(await spent()).toBeCloseTo(first + second, 9);
});

test("the guide names each metric and each alarm, and no other", async () => {
  const { scrape } = await watchedServer();
  const guide = readFileSync("docs/guides/observe.md", "utf8");
  const { names } = await scrape();
  const ours = [...names].filter((name) => name.startsWith("talkcody_") && name !== "talkcody_build_info");
  expect(namesIn(guide, /^[|] (`talkcody_.*?) +[|]/gm)).toEqual(ours.toSorted());
  const { code } = contract.components.schemas.Alarm.properties;
  expect(namesIn(guide, /^[|] (`[a-z]+`) +[|] /gm)).toEqual(code.enum.toSorted());
});

/** What stands in the first column, without labels. */
function namesIn(page: string, row: RegExp): string[] {
  const cells = [...page.matchAll(row)].flatMap(([, cell = ""]) => cell.split(", "));
  return cells.map((cell) => cell.replace(/[`]|[{].*/g, "")).toSorted();
}
