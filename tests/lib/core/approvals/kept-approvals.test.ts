import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Failpoint } from "../../../../lib/ports/failpoint.ts";
import { expectProblem } from "../../../support/claims.ts";
import { converse, decide, toolResult } from "../../../support/conversation.ts";
import { calls, says } from "../../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../../support/server/server-process.ts";
import { openTestStream } from "../../../support/clients/stream.ts";
import { eventsOf, pendingAction, taskIn, until } from "../../../support/until.ts";
import { cloned, scratch } from "../../../support/workspaces.ts";

let server: ServerProcess;
beforeAll(async () => void (server = await startServerProcess()));
afterAll(() => server.stop());

const once = [calls("bash", { command: "echo x >> ran" }), says("End.")];
const strikeAt = (point: Failpoint) => ({ TALKCODY_TEST_FAILPOINT: point });
const runsIn = (folder: string) =>
  existsSync(join(folder, "ran")) ? readFileSync(join(folder, "ran"), "utf8").length / 2 : 0;

async function asked(steps = once) {
  const { workspaceId, folder } = await scratch(server);
  const talk = await converse(server, steps, { workspaceId });
  return { ...talk, folder };
}

async function approve(sessionId: string): Promise<void> {
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "approve", actionId }).catch(() => {}); // The server was killed before it could respond.
}

/** The action was created once and resolved once, with its digest on record. */
async function expectOneDecision(sessionId: string): Promise<void> {
  const events = await eventsOf(server, sessionId);
  expect(events.filter(({ type }) => type === "action.required")).toHaveLength(1);
  const decided = events.flatMap((event) => (event.type === "action.resolved" ? [event.data.action] : []));
  expect(decided).toMatchObject([{ state: "approved", resolvedBy: "person", scope: "once" }]);
}

test.each(["action.ask.begins", "action.ask.prepared", "action.ask.committed"] as const)(
  "killed at %s, the question is put once, and its answer is used once",
  async (point) => {
    await server.end("SIGKILL");
    await server.start(strikeAt(point));
    const { sessionId, taskId, folder } = await asked();
    await server.gone();
    await server.start();
    await approve(sessionId);
    await taskIn(server, taskId, "completed");
    await expectOneDecision(sessionId);
    expect(runsIn(folder)).toBe(1);
  },
);

test.each([
  { point: "request.change.begins", runs: 1, isCut: false },
  { point: "request.change.prepared", runs: 1, isCut: false },
  { point: "request.change.committed", runs: 1, isCut: false },
  { point: "call.start.begins", runs: 1, isCut: false },
  { point: "call.start.prepared", runs: 1, isCut: false },
  { point: "call.start.committed", runs: 0, isCut: true },
  { point: "tool.acted", runs: 1, isCut: true },
  { point: "call.record-outcome.begins", runs: 1, isCut: true },
  { point: "call.record-outcome.prepared", runs: 1, isCut: true },
  { point: "call.record-outcome.committed", runs: 1, isCut: false },
] as const)("killed at $point, an approval runs its command $runs times", async ({ point, runs, isCut }) => {
  const { sessionId, taskId, folder } = await asked();
  const before = await pendingAction(server, sessionId);
  await server.end("SIGKILL");
  await server.start(strikeAt(point));
  await approve(sessionId);
  await server.gone();
  await server.start();
  const isStillAsked = ["request.change.begins", "request.change.prepared"].includes(point);
  const offered = (await server.call("listSessionActions", { params: { sessionId } })).body.items;
  expect(offered).toEqual(isStillAsked ? [before] : []);
  if (isStillAsked) await approve(sessionId);
  await taskIn(server, taskId, "completed");
  await expectOneDecision(sessionId);
  expect(runsIn(folder)).toBe(runs);
  const { isError, output } = await toolResult(server, sessionId);
  expect({ isError, isCut: String(output.message).includes("Interrupted by a restart") }).toEqual({
    isError: isCut,
    isCut,
  });
});

test("after a restart a decision is offered again: in the snapshot, in both lists, and in the log, once", async () => {
  const { sessionId } = await asked();
  const action = await pendingAction(server, sessionId);
  await server.end("SIGKILL");
  await server.start();
  const stream = await openTestStream(server, sessionId);
  const snapshot = await stream.waitFor("the snapshot", ({ type }) => type === "snapshot");
  stream.close();
  expect(snapshot).toMatchObject({ data: { actions: [action], session: { status: "waiting" } } });
  expect(await pendingAction(server, sessionId)).toEqual(action);
  const all = (await server.call("listActions", { query: { limit: 200 } })).body.items;
  expect(all.filter(({ id }) => id === action.id)).toEqual([action]);
  const told = (await eventsOf(server, sessionId)).filter(({ type }) => type === "action.required");
  expect(told).toMatchObject([{ data: { action } }]);
});

test("what ran out of time while the server was down, or when the clock jumped, is expired at the start and never runs", async () => {
  const { sessionId, taskId, folder } = await asked();
  const twin = await asked();
  const { id: actionId } = await pendingAction(server, sessionId);
  await pendingAction(server, twin.sessionId);
  await server.end("SIGKILL");
  const database = new Sqlite(join(server.dataDir, "chat_history.db"));
  const passed = new Date(Date.now() - 1).toISOString();
  database.prepare("UPDATE actions SET expires_at = ? WHERE id = ?").run(passed, actionId);
  database.close();
  await server.start();
  expectProblem(await decide(server, sessionId, { type: "approve", actionId }), "action-decided");
  await taskIn(server, taskId, "completed");
  expect(runsIn(folder)).toBe(0);
  expect((await toolResult(server, sessionId)).output.message).toContain("nobody decided in time");
  const events = await eventsOf(server, sessionId);
  const decided = events.flatMap((event) => (event.type === "action.resolved" ? [event.data.action] : []));
  expect(decided).toMatchObject([{ state: "expired", resolvedBy: "expiry" }]);
  expect(JSON.stringify(events)).not.toContain("the task goes on");
  await approve(twin.sessionId);
  await taskIn(server, twin.taskId, "completed");
  expect(runsIn(twin.folder)).toBe(1);
});

test("a command that was approved at another commit is not run but asked about again, and then it runs", async () => {
  const { workspaceId, folder, repository } = await cloned(server);
  const { sessionId, taskId } = await converse(server, once, { workspaceId });
  const first = await pendingAction(server, sessionId);
  repository.commit({ "later.txt": "later\n" });
  expect((await server.call("syncWorkspace", { params: { workspaceId } })).status).toBe(200);
  await approve(sessionId);
  await until("it is asked anew", async () => (await pendingAction(server, sessionId)).id !== first.id);
  expect(runsIn(folder)).toBe(0);
  const again = await pendingAction(server, sessionId);
  expect(again.digest).not.toBe(first.digest);
  await server.end("SIGKILL");
  await server.start();
  await approve(sessionId);
  await taskIn(server, taskId, "completed");
  expect(runsIn(folder)).toBe(1);
  expect(again.reason).toContain("changed after you were asked");
  expect(await toolResult(server, sessionId)).toMatchObject({ isError: false });
});

test("a command that a person changed is bound to the commit it was asked at as well", async () => {
  const { workspaceId, folder } = await cloned(server);
  const { sessionId, taskId } = await converse(server, once, { workspaceId });
  const { id: actionId } = await pendingAction(server, sessionId);
  const input = { command: "echo y >> ran; echo y >> ran" };
  await decide(server, sessionId, { type: "approve", actionId, input });
  await taskIn(server, taskId, "completed");
  expect(runsIn(folder)).toBe(2);
});
