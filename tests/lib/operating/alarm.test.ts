import { expect, test } from "vitest";
import { alarmsOf, type HealthFacts } from "../../../lib/operating/alarm.ts";
import type { ReplicaFacts } from "../../../lib/operating/replica.ts";

const now = Date.UTC(2026, 10, 22, 12);
const minutes = (count: number) => count * 60_000;
const at = (ago: number) => new Date(now - ago).toISOString();

const goodDrill = {
  at: at(minutes(60)),
  source: "replica",
  restoreSeconds: 1,
  recoveryPointSeconds: 1,
  breaches: [],
  lastGoodAt: at(minutes(60)),
} satisfies ReplicaFacts["drill"];

const replica: ReplicaFacts = {
  replicator: { lagMs: 1000, isSilent: false },
  copiedAt: now - minutes(61),
  attachmentsMissing: 3,
  drill: goodDrill,
};

const well: HealthFacts = {
  diskFreeBytes: 2 ** 30,
  walBytes: 2 ** 20,
  upMs: minutes(600),
  replica,
  sandbox: { state: "on", mechanism: "bubblewrap", uid: 1000, probes: [], reason: null, fix: null },
  attachmentsMissingMs: minutes(1),
};

const codes = (vitals: Partial<HealthFacts>) => alarmsOf({ ...well, ...vitals }, now).map(({ code }) => code);
const withReplica = (change: Partial<ReplicaFacts>, vitals: Partial<HealthFacts> = {}) =>
  codes({ ...vitals, replica: { ...replica, ...change } });

test("when all is well nothing rings, with a replica and without one", () => {
  expect(codes({})).toEqual([]);
  expect(codes({ replica: undefined })).toEqual([]);
});

test("a replica that is half a minute behind rings, and says whether the replicator or the bucket is silent", () => {
  expect(withReplica({ replicator: { lagMs: 30_000, isSilent: false } })).toEqual([]);
  expect(withReplica({ replicator: { lagMs: 30_001, isSilent: false } })).toEqual(["replication"]);
  expect(withReplica({ replicator: undefined })).toEqual([]);
  const detail = (isSilent: boolean) =>
    alarmsOf({ ...well, replica: { ...replica, replicator: { lagMs: 45_000, isSilent } } }, now)[0]?.detail;
  expect(detail(true)).toMatch(/replicator has not answered for 45 s/);
  expect(detail(false)).toMatch(/waiting for 45 s .* bucket/);
});

test("copies and drills that are overdue ring, but not while a server that rested is making up for it", () => {
  const overdue = {
    copiedAt: now - minutes(121),
    drill: { ...goodDrill, lastGoodAt: at(minutes(26 * 60 + 1)) },
  };
  expect(withReplica(overdue)).toEqual(["copies", "drill"]);
  expect(withReplica(overdue, { upMs: minutes(29) })).toEqual([]);
});

test("copies and drills that there never were ring once there should have been one", () => {
  const none = { copiedAt: undefined, drill: undefined };
  expect(withReplica(none, { upMs: minutes(119) })).toEqual([]);
  expect(withReplica(none, { upMs: minutes(121) })).toEqual(["copies"]);
  expect(withReplica(none, { upMs: minutes(26 * 60 + 1) })).toEqual(["copies", "drill"]);
});

test("a drill that failed rings at once, in its own words", () => {
  const drill = { ...goodDrill, breaches: ["agents.db is not whole."] };
  expect(alarmsOf({ ...well, upMs: 0, replica: { ...replica, drill } }, now)).toEqual([
    { code: "drill", detail: "The last restore drill failed: agents.db is not whole." },
  ]);
});

test("files on this disk alone, a disk nearly full and a log that keeps the database open ring", () => {
  expect(codes({ attachmentsMissingMs: minutes(31) })).toEqual(["attachments"]);
  expect(codes({ diskFreeBytes: 511 * 2 ** 20 })).toEqual(["disk"]);
  expect(codes({ diskFreeBytes: 512 * 2 ** 20 })).toEqual([]);
  expect(codes({ walBytes: 257 * 2 ** 20 })).toEqual(["wal"]);
  expect(codes({ walBytes: 256 * 2 ** 20 })).toEqual([]);
});

test.each(["refused", "off"] as const)("a sandbox that is %s rings, with reason and fix", (state) => {
  const sandbox = { ...well.sandbox, state, reason: "It does not hold.", fix: "Repair it." };
  expect(alarmsOf({ ...well, sandbox }, now)).toEqual([
    { code: "sandbox", detail: "It does not hold. Repair it." },
  ]);
  expect(codes({ sandbox: { ...well.sandbox, state: "testing" } })).toEqual([]);
});
