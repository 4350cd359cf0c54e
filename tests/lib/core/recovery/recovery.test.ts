import { existsSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { converse, decide, messagesOf, say, toolResults } from "../../../support/conversation.ts";
import { calls, callsAll, says, script } from "../../../support/models/script.ts";
import { eventWhere, pendingAction, taskIn, until } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { scratch } from "../../../support/workspaces.ts";

const server = useTestServer();
const patient = useTestServer({ env: { TALKCODY_GRACE_PERIOD_MS: "3000" } });

test("an approval that was asked for before a restart is honoured, even when a message waits by then", async () => {
  const { workspaceId, folder } = await scratch(server);
  const step = callsAll(["bash", { command: "touch first" }], ["bash", { command: "touch second" }]);
  const { sessionId, taskId } = await converse(server, [step], { workspaceId });
  const { id: actionId } = await pendingAction(server, sessionId);
  await say(server, sessionId, [says("Heard.")]);
  await server.restart();
  expect((await pendingAction(server, sessionId)).id).toBe(actionId);
  expect((await decide(server, sessionId, { type: "approve", actionId })).body.action?.state).toBe(
    "approved",
  );
  await taskIn(server, taskId, "completed");
  expect((await toolResults(server, sessionId)).map(({ isError }) => isError)).toEqual([false, true]);
  expect(existsSync(join(folder, "first"))).toBe(true);
  expect(existsSync(join(folder, "second"))).toBe(false);
  expect((await messagesOf(server, sessionId)).at(-1)?.content).toEqual([{ type: "text", text: "Heard." }]);
});

test("a file whose bytes a restore did not bring back is described to the model, and fails no task", async () => {
  const query = { filename: "picture.png" };
  const { body: file } = await server.call("uploadFile", { query, body: "not really a picture" });
  const first = await converse(server, [says("Seen.")]);
  rmSync(join(server.dataDir, "attachments"), { recursive: true });
  const content = [{ type: "text" as const, text: script(says("Still here.")) }];
  const body = { content, fileIds: [file.id] };
  const { sessionId } = first;
  const sent = await server.call("sendMessage", { params: { sessionId }, body });
  await taskIn(server, sent.body.task.id, "completed");
  expect((await messagesOf(server, sessionId)).at(-1)?.content).toEqual([
    { type: "text", text: "Still here." },
  ]);
});

/** A host that accepts connections and sends nothing. */
async function silentHost(): Promise<{ url: string; close(): void }> {
  const sockets = new Set<{ destroy(): void }>();
  const host = createServer((socket) => void sockets.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  const close = () => {
    host.close();
    for (const socket of sockets) socket.destroy();
  };
  return { close, url: `http://127.0.0.1:${(host.address() as AddressInfo).port}/a.git` };
}

test("a stop while a repository is being cloned fails no task: the next run clones it again", async () => {
  const silent = await silentHost();
  try {
    const { sessionId, taskId } = await converse(patient, [says("End.")], {
      workspace: { repository: silent.url },
    });
    await eventWhere(patient, sessionId, ({ type, data }) => type === "status" && "detail" in data);
    await patient.restart();
    const { body } = await patient.call("getTask", { params: { taskId } });
    expect(body).toMatchObject({ state: "running", error: null });
  } finally {
    silent.close();
  }
});

test("the next task of a session starts only when nothing of the cancelled one is at work any more", async () => {
  const { workspaceId, folder } = await scratch(server);
  const settings = { autoApproveCommands: true };
  const stubborn = 'trap "" TERM; touch started; while :; do echo >> beat; sleep 0.02; done';
  const { sessionId, taskId } = await converse(server, [calls("bash", { command: stubborn })], {
    workspaceId,
    settings,
  });
  const look = calls("bash", { command: "cp beat seen; sleep 0.3; cmp beat seen && echo silent" });
  const next = await say(server, sessionId, [look, says("End.")], { delivery: "queue" });
  await until("it works", () => existsSync(join(folder, "started")));
  await server.call("updateTask", { params: { taskId }, body: { state: "cancelled" } });
  await taskIn(server, next.task.id, "completed");
  expect((await toolResults(server, sessionId)).at(-1)?.output).toMatchObject({ output: "silent\n" });
});
