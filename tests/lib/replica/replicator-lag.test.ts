import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ObjectStore } from "../../../lib/operating/object-store.ts";
import type { ReplicaPlace } from "../../../lib/operating/replica.ts";
import { createFolderStore } from "../../../lib/replica/object-stores/folder-store.ts";
import { watchReplicator } from "../../../lib/replica/replicator-lag.ts";
import { handClock } from "../../support/time/hand-clock.ts";
import { until } from "../../support/until.ts";
import { tempFolder } from "../storage/temp-storage.ts";

/** A replicator that says what it is told to say, and a replica in a folder. */
async function replicating(placeType: ReplicaPlace["type"] = "file") {
  const said = { transactions: 0, isSilent: false, leavesOut: "" };
  const server = createServer((_request, response) => {
    if (said.isSilent) return void response.destroy();
    const counts = { agents: 0, settings: 0, chat_history: said.transactions };
    const lines = Object.entries(counts)
      .filter(([name]) => name !== said.leavesOut)
      .map(([name, count]) => `litestream_txid{db="/data/${name}.db"} ${count}\n`);
    response.end(lines.join(""));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const folder = tempFolder();
  const clock = handClock();
  const stopping = new AbortController();
  const lists: string[] = [];
  const trouble: { bucket?: Error } = {};
  const store: Pick<ObjectStore, "list"> = {
    list: (prefix, signal) => {
      lists.push(prefix);
      return trouble.bucket ? Promise.reject(trouble.bucket) : createFolderStore(folder).list(prefix, signal);
    },
  };
  const metricsUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const { watch, facts } = watchReplicator({ metricsUrl, store, placeType, clock, signal: stopping.signal });
  onTestFinished(() => stopping.abort());
  void watch();
  const arrive = (level: number, first: number, last: number) => {
    const name = placeType === "file" ? `ltx/${level}` : String(level).padStart(4, "0");
    const below = join(folder, "chat_history", name);
    mkdirSync(below, { recursive: true });
    const hex = (transaction: number) => transaction.toString(16).padStart(16, "0");
    writeFileSync(join(below, `${hex(first)}-${hex(last)}.ltx`), "");
  };
  const hasLooked = () => until("it has looked, and sleeps", () => clock.sleeping === 1);
  const look = async () => {
    clock.passBy(5000);
    await hasLooked();
  };
  await hasLooked();
  return { said, trouble, lists, arrive, look, facts, seconds: () => facts().lagMs / 1000 };
}

test("what the replicator read and the replica has not waits since it was seen, and the oldest counts", async () => {
  const { said, arrive, look, seconds } = await replicating();
  expect(seconds()).toBe(0);
  said.transactions = 0x1a;
  await look();
  await look();
  said.transactions = 0x1b;
  await look();
  expect(seconds(), "the first has waited for two looks").toBe(10);
  arrive(0, 0x1a, 0x1a);
  await look();
  expect(seconds(), "the second for one").toBe(5);
  arrive(0, 0x1b, 0x1b);
  await look();
  expect(seconds()).toBe(0);
});

test("the bucket is asked only while something is not known to be there", async () => {
  const { said, lists, arrive, look, seconds } = await replicating();
  await look();
  expect(lists).toEqual([]);
  said.transactions = 3;
  arrive(0, 3, 3);
  await look();
  await look();
  expect([lists, seconds()]).toEqual([["chat_history/ltx/0/"], 0]);
});

test.each(["file", "s3"] as const)(
  "what was merged already counts as there, in a place of type %s",
  async (type) => {
    const { said, arrive, look, seconds } = await replicating(type);
    said.transactions = 9;
    await look();
    arrive(1, 1, 9);
    await look();
    expect(seconds()).toBe(0);
    said.transactions = 10;
    arrive(0, 10, 10);
    await look();
    expect(seconds()).toBe(0);
    said.transactions = 11;
    await look();
    await look();
    expect(seconds(), "the negative twin").toBe(5);
  },
);

test("a bucket that does not answer lets what waits go on waiting, and what was there stays there", async () => {
  const { said, trouble, arrive, look, facts, seconds } = await replicating();
  said.transactions = 1;
  arrive(0, 1, 1);
  await look();
  trouble.bucket = new Error("Slow down.");
  await look();
  expect(seconds(), "nothing new was written").toBe(0);
  said.transactions = 2;
  arrive(0, 2, 2);
  await look();
  await look();
  await look();
  expect(facts()).toEqual({ isSilent: false, lagMs: 10_000 });
  delete trouble.bucket;
  await look();
  expect(seconds()).toBe(0);
});

test("a silent replicator is behind since it answered last", async () => {
  const { said, look, facts } = await replicating();
  await look();
  said.isSilent = true;
  await look();
  await look();
  expect(facts()).toEqual({ isSilent: true, lagMs: 10_000 });
  said.isSilent = false;
  await look();
  expect(facts()).toEqual({ isSilent: false, lagMs: 0 });
});

test("another server at that address, or a replicator that leaves a database out, tells nothing", async () => {
  const { said, look, facts } = await replicating();
  await look();
  said.leavesOut = "settings";
  await look();
  await look();
  expect(facts()).toEqual({ isSilent: true, lagMs: 10_000 });
});
