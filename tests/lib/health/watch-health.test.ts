import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { watchHealth } from "../../../lib/health/index.ts";
import type { SandboxReport } from "../../../lib/ports/sandbox.ts";
import type { ReplicaFacts } from "../../../lib/operating/replica.ts";
import { handClock } from "../../support/time/hand-clock.ts";
import { until } from "../../support/until.ts";
import { open, tempFolder } from "../storage/temp-storage.ts";

const sandboxOn: SandboxReport = {
  ...{ state: "on", mechanism: "bubblewrap", uid: 1000, probes: [], reason: null, fix: null },
};

function watched() {
  const dataDir = tempFolder();
  const storage = open(dataDir);
  const clock = handClock();
  const facts: ReplicaFacts = {
    replicator: { lagMs: 0, isSilent: false },
    copiedAt: clock.now(),
    attachmentsMissing: 0,
    drill: undefined,
  };
  const told: string[] = [];
  const report = (message: string) => void told.push(message);
  const health = watchHealth({
    dataDir,
    clock,
    storage,
    report,
    replica: () => facts,
    sandbox: () => sandboxOn,
  });
  health.start();
  onTestFinished(health.stop);
  const hasLooked = () => until("it has looked, and sleeps", () => clock.sleeping === 1);
  const look = async (afterMs = 10_000) => {
    await hasLooked();
    clock.passBy(afterMs);
    await hasLooked();
  };
  return { dataDir, storage, clock, facts, told, health, look };
}

const behind = { lagMs: 45_000, isSilent: false };

test("an alarm is told once when it begins and once when it is over, and knows since when", async () => {
  const { clock, facts, told, health, look } = watched();
  await look();
  expect([health.alarms(), told]).toEqual([[], []]);
  facts.replicator = behind;
  await look();
  const since = new Date(clock.now()).toISOString();
  await look();
  expect(health.alarms()).toMatchObject([{ code: "replication", since }]);
  expect(told).toEqual([expect.stringMatching(/^Alarm \(replication\): Writes have been waiting for 45 s/)]);
  facts.replicator = { lagMs: 0, isSilent: false };
  await look();
  expect([health.alarms(), told.slice(1)]).toEqual([[], ["The alarm (replication) is over."]]);
});

test("files that are on this disk alone ring by how long there have been some, not by how many", async () => {
  const { facts, health, look } = watched();
  facts.attachmentsMissing = 1;
  await look();
  await look(29 * 60_000);
  expect(health.alarms()).toEqual([]);
  facts.attachmentsMissing = 0;
  await look();
  facts.attachmentsMissing = 100;
  await look();
  expect(health.alarms(), "these are others").toEqual([]);
  await look(31 * 60_000);
  expect(health.alarms().map(({ code }) => code)).toEqual(["attachments"]);
});

test("the largest write-ahead log and the room of the disk are looked at for real", async () => {
  const { dataDir, health, look } = watched();
  writeFileSync(join(dataDir, "agents.db-wal"), Buffer.alloc(3_000_000));
  await look();
  expect(health.facts()?.walBytes).toBe(3_000_000);
  expect(health.facts()?.diskFreeBytes).toBeGreaterThan(1_000_000);
});

test("databases that cannot be read are a reason why nobody is served", () => {
  const { storage, health } = watched();
  expect(health.trouble()).toBeNull();
  storage.close();
  expect(health.trouble()).toMatch(/^The databases cannot be read: /);
});

test("a disk that cannot be looked at is told once, and looked at again", async () => {
  const { dataDir, told, health, look } = watched();
  await look();
  renameSync(dataDir, `${dataDir}-away`);
  for (let round = 0; round < 3; round++) await look();
  expect(told).toEqual([expect.stringMatching(/^The health of the server cannot be checked: .*ENOENT/)]);
  renameSync(`${dataDir}-away`, dataDir);
  await look();
  expect(health.facts()?.diskFreeBytes).toBeGreaterThan(0);
});
