import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { converse, decide, messagesOf, say } from "../../support/conversation.ts";
import { copyDatabase, loseVolume, putBack, reportOf } from "../../support/replica/copies.ts";
import { atRest, expectSameAsStored, follow } from "../../support/clients/follower.ts";
import { createRepository } from "../../support/repository.ts";
import { calls, says, scriptModel, type Step } from "../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { eventsOf, eventWhere, pendingAction, taskIn, until } from "../../support/until.ts";
import { prepared } from "../../support/workspaces.ts";
import { serveRepositories } from "../../lib/platform/git-server.ts";

async function start(): Promise<ServerProcess> {
  const server = await startServerProcess();
  onTestFinished(() => server.stop());
  return server;
}

const slow: Step = { text: "Slowly said. ".repeat(60), tokensPerSecond: 40 };
const autoApprove = { settings: { autoApproveCommands: true } };

test("after three copies of different instants a reader of the lost time reloads, tasks end, and the session goes on", async () => {
  const server = await start();
  const talk = await converse(server, [slow]);
  const other = await converse(server, [calls("bash", { command: "true" })]);
  const { id: actionId } = await pendingAction(server, other.sessionId);
  const reader = follow(server, talk.sessionId);
  let agentId = "";
  await loseVolume(server, async () => {
    const profile = { name: "Young", systemPrompt: "You are younger than the copy of agents.db." };
    agentId = (await server.call("createAgent", { body: profile })).body.id;
    await converse(server, [says("Hello.")], { agentId });
    await eventWhere(server, talk.sessionId, ({ type }) => type === "token");
  });

  const seen = reader.events.at(-1)?.id ?? "";
  await reader.waitFor("the gap", () => reader.gaps === 1);
  const [lost] = (await eventsOf(server, talk.sessionId)).slice(-1);
  expect(lost?.id.startsWith("evt_0002_")).toBe(true);
  expect(seen.startsWith("evt_0001_")).toBe(true);
  const task = await taskIn(server, talk.taskId, "failed");
  expect(task.error).toMatchObject({ code: "interrupted" });
  expect(task.error?.detail).toMatch(/restored from a copy .* send a message to go on/);

  const late = await decide(server, other.sessionId, { type: "approve", actionId });
  expect(late.problem.code).toBe("action-decided");
  const results = (await messagesOf(server, other.sessionId)).flatMap(({ content }) => content);
  expect(results.find(({ type }) => type === "tool-result")).toMatchObject({
    isError: true,
    output: { message: expect.stringContaining("Whether this ran is unknown") as string },
  });

  const more = await say(server, talk.sessionId, [says("I am here again.")]);
  await taskIn(server, more.task.id, "completed");
  await atRest(server, reader, talk.sessionId);
  expect(reader.state.lastEventId).toMatch(/^evt_0002_/);
  await reader.stop();
  const fresh = follow(server, talk.sessionId);
  await atRest(server, fresh, talk.sessionId);
  await expectSameAsStored(server, fresh);
  expect(reader.state.gap?.reason).toBe("generation");
  const { gap, snapshotId } = reader.state; // How it came there; the rest is where it is.
  expect(reader.state).toEqual({ ...fresh.state, gap, snapshotId });
  await fresh.stop();

  expect(reportOf(server).tasksEnded).toEqual(expect.arrayContaining([talk.taskId, other.taskId]));
  expect(reportOf(server).decisionsWithdrawn).toBe(1);
  expect(reportOf(server).sessionsWithoutAgent).toHaveLength(1);
  const [homeless = ""] = reportOf(server).sessionsWithoutAgent;
  await eventWhere(
    server,
    homeless,
    (event) => event.type === "status" && event.data.detail.includes(agentId),
  );
  await until("it says so", () => server.said().includes("The databases were restored"));
  expect(existsSync(join(server.dataDir, "restored"))).toBe(false);
});

test("clones are cloned again, scratch folders are made anew, and folders that nobody knows stay", async () => {
  const server = await start();
  const host = await serveRepositories(server.folder, 0);
  const { path } = createRepository(server.folder);
  const clone = await converse(server, [says("Cloned.")], {
    workspace: { repository: `${host}/${basename(path)}/.git` },
  });
  const scratch = await converse(server, [calls("writeFile", { file_path: "mine", content: "x" })], {
    settings: { autoApproveEdits: true },
  });
  for (const { taskId } of [clone, scratch]) await taskIn(server, taskId, "completed");
  await loseVolume(server, async () => {});
  for (const { sessionId } of [clone, scratch]) {
    const { body } = await server.call("getSession", { params: { sessionId } });
    expect(await prepared(server, body.workspaceId)).toMatchObject({ state: "ready", error: null });
    await eventWhere(
      server,
      sessionId,
      (event) => event.type === "status" && /after a restore/.test(event.data.detail),
    );
  }
  const read = await say(server, clone.sessionId, [calls("readFile", { file_path: "README.md" })]);
  await taskIn(server, read.task.id, "completed");
  expect(JSON.stringify(await messagesOf(server, clone.sessionId))).toContain("# Sample");
  expect(reportOf(server).workspacesCloned).toHaveLength(1);
  expect(reportOf(server).workspacesEmptied).toHaveLength(1);
});

test("databases that went back while the disk stayed delete no folder and clone over none", async () => {
  const server = await start();
  const host = await serveRepositories(server.folder, 400);
  const { path } = createRepository(server.folder);
  const workspace = { repository: `${host}/${basename(path)}/.git` };
  const { body: session } = await server.call("createSession", { body: { model: scriptModel, workspace } });
  const to = join(server.folder, "copies");
  const chat_history = copyDatabase(server.dataDir, "chat_history", to); // It says `cloning`.
  await prepared(server, session.workspaceId);
  const work = join(server.dataDir, "workspaces", session.workspaceId, "work");
  const writing = await say(
    server,
    session.id,
    [calls("bash", { command: "echo kept > work" })],
    autoApprove,
  );
  await taskIn(server, writing.task.id, "completed");
  const { body: younger } = await server.call("createWorkspace", { body: {} });
  await prepared(server, younger.id);
  const [agents, settings] = (["agents", "settings"] as const).map((name) =>
    copyDatabase(server.dataDir, name, to),
  );
  await server.end("SIGTERM");
  putBack(
    server.dataDir,
    { chat_history, agents: agents ?? "", settings: settings ?? "" },
    { isMarked: false },
  );
  await server.start();
  const told = "chat_history.db is not the one that the last run of the server left";
  await until("it says so", () => server.said().includes(told));
  expect(await prepared(server, session.workspaceId)).toMatchObject({ state: "ready" });
  expect(readFileSync(work, "utf8")).toBe("kept\n");
  expect(reportOf(server).foldersUnknown).toEqual([younger.id]);
  expect(existsSync(join(server.dataDir, "workspaces", younger.id))).toBe(true);
});
