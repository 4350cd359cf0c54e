import { expect, test } from "vitest";
import type { Snapshot } from "../../../lib/session.ts";
import { createSnapshots } from "../../../lib/streaming/snapshots.ts";
import { ending, openRoom, say } from "./room.ts";

test("readers at one place of the log share one snapshot, and the next event makes another", () => {
  const { snapshotAt, taken } = counted();
  const first = snapshotAt("ses_1", 5);
  expect(snapshotAt("ses_1", 5)).toBe(first);
  expect(taken).toEqual(["ses_1"]);
  expect(snapshotAt("ses_2", 5)).not.toBe(first);
  expect(snapshotAt("ses_1", 6)).not.toBe(first);
  expect(taken).toEqual(["ses_1", "ses_2", "ses_1"]);
});

test("only so many snapshots are kept", () => {
  const { snapshotAt, taken } = counted();
  for (let session = 0; session <= 100; session++) snapshotAt(`ses_${session}`, 1);
  snapshotAt("ses_100", 1);
  expect(taken).toHaveLength(101);
  snapshotAt("ses_0", 1);
  expect(taken).toHaveLength(102);
});

test("whoever comes after an event gets the state with it", async () => {
  const { storage, feed, sessionId } = openRoom();
  const lastSeen = async () => {
    const stream = feed.open({ sessionId, after: "latest", signal: ending().signal });
    const { value } = (await stream[Symbol.asyncIterator]().next()) as { value: { data: Snapshot }[] };
    return value[0]?.data.session.lastEventId;
  };
  const [first] = say(storage, sessionId, "a");
  expect([await lastSeen(), await lastSeen()]).toEqual([first?.id, first?.id]);
  const [second] = say(storage, sessionId, "b");
  expect(await lastSeen()).toBe(second?.id);
});

function counted() {
  const taken: string[] = [];
  const snapshotAt = createSnapshots((sessionId) => {
    taken.push(sessionId);
    return {} as Snapshot; // What is in it is nobody's business here.
  });
  return { snapshotAt, taken };
}
