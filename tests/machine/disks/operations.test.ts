import { afterAll, expect, onTestFinished, test } from "vitest";
import { routes, type OperationId } from "../../../packages/shared/src/index.ts";
import { expectProblem } from "../../support/claims.ts";
import { converse, decide, toolResult } from "../../support/conversation.ts";
import { calls, says } from "../../support/models/script.ts";
import type { CallOptions } from "../../support/server/server.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { mountSmallDisk } from "./small-disk.ts";
import { pendingAction, taskEnded, until } from "../../support/until.ts";
import { createWorld, examples } from "../../support/world.ts";

const disk = mountSmallDisk();
afterAll(() => disk.remove());

const operations = Object.keys(routes) as OperationId[];
const changing = operations.filter((id) => routes[id].method !== "GET");
const reading = operations.filter((id) => routes[id].method === "GET" && id !== "openWebSocket");
/** Git reads through a few small files that are made for it. */
const needsRoom = new Set<OperationId>(["getWorkspaceStatus", "getWorkspaceDiff"]);

test("on a full disk every change is refused as storage-full, every read but git's is answered, and the same requests work when there is room", async () => {
  const server = await startServerProcess({ folder: disk.folder });
  onTestFinished(() => server.stop());
  const world = createWorld(server);
  const requests = new Map<OperationId, CallOptions>();
  for (const id of changing) requests.set(id, await examples[id](world));
  const reads = new Map<OperationId, CallOptions>();
  for (const id of reading) reads.set(id, await examples[id](world));
  const talk = await converse(server, [
    calls("writeFile", { file_path: "new.txt", content: "y".repeat(50_000) }),
    says("Written."),
  ]);
  const action = await pendingAction(server, talk.sessionId);
  await fillUp(server);

  for (const [id, request] of requests) {
    const answer = await server.call(id, request);
    expect({ id, status: answer.status }).toEqual({ id, status: 507 });
    expectProblem(answer, "storage-full");
  }
  const approval = { type: "approve", actionId: action.id } as const;
  expectProblem(await decide(server, talk.sessionId, approval), "storage-full");
  expect(await pendingAction(server, talk.sessionId)).toEqual(action);
  for (const [id, request] of reads) {
    const { status, bytes } = await server.call(id, request);
    expect(status, `${id}: ${bytes.toString()}`).toBe(needsRoom.has(id) ? 507 : 200);
  }

  disk.makeRoom();
  await until("it stores again", async () => (await store(server)).status === 201);
  expect((await decide(server, talk.sessionId, approval)).status).toBe(200);
  expect((await taskEnded(server, talk.taskId)).state).toBe("completed");
  expect(await toolResult(server, talk.sessionId)).toMatchObject({ isError: false });
  for (const [id, request] of requests) {
    const { status, bytes } = await server.call(id, request);
    expect(status, `${id}: ${bytes.toString()}`).toBeLessThan(300);
  }
});

/** Until not even the pages that the write-ahead logs have to spare take anything more. */
async function fillUp(server: ServerProcess): Promise<void> {
  disk.fill();
  const agent = () => server.call("createAgent", { body: { name: "A", systemPrompt: "s".repeat(2000) } });
  const settings = () => server.call("updateSettings", { body: { settings: { stepsMax: 9 } } });
  for (const write of [() => store(server), agent, settings])
    await until("there is no room", async () => (await write()).status === 507);
}

function store(server: ServerProcess) {
  return server.call("createSession", { body: { title: "x".repeat(200) } });
}
