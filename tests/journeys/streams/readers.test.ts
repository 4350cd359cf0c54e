import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccount } from "../../../bench/readers/account.ts";
import type { StreamFrame } from "../../../packages/shared/src/index.ts";
import { runSwarm, type SwarmOptions } from "../../../bench/readers/swarm.ts";
import { createSession } from "../../support/conversation.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";

// The same as `npm run bench:readers`, small.
const load = { eventsPerSecond: 20, calmMs: 2000, storms: 3, betweenStormsMs: 300 };

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.stop());

test("two hundred readers hear every event once, through three storms that reset all of their connections", async () => {
  const heard = await listen({ over: "sse", readersPerSession: 200 });
  expect(heard).toMatchObject({ lost: 0, doubled: 0 });
  expect(heard.deliveries, "some to each reader").toBeGreaterThan(200 * 20);
  expect(heard.returns, "every reader in every storm").toBe(200 * 3);
  expect(heard.serverPeakMb).toBeLessThan(350);
});

test("sixty readers over WebSocket do so too", async () => {
  const heard = await listen({ over: "websocket", readersPerSession: 60 });
  expect(heard).toMatchObject({ lost: 0, doubled: 0, returns: 60 * 3 });
});

test("the readers' account tells an event that is missing, one that comes twice, and a gap", () => {
  const account = createAccount();
  for (const sequence of [1, 2, 2, 4, 5, 3]) account.add(eventAt(sequence));
  expect(account).toMatchObject({ lost: 1, doubled: 2, lastId: "evt_0001_0000000005" });
  account.add({ type: "gap", sessionId: "ses_1", data: { reason: "pruned", firstId: null } });
  expect(account.lost).toBe(2);
});

async function listen(readers: Pick<SwarmOptions, "over" | "readersPerSession">) {
  const { id } = await createSession(server);
  const { url, key, pid } = server;
  return runSwarm({ ...load, ...readers, url, key, pid, sessionIds: [id] });
}

function eventAt(sequence: number): StreamFrame {
  const id = `evt_0001_${String(sequence).padStart(10, "0")}`;
  const createdAt = "2026-01-01T00:00:00.000Z";
  return { type: "status", id, sessionId: "ses_1", createdAt, data: { state: "idle", detail: "" } };
}
