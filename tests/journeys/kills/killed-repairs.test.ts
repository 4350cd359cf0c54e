import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { converse, say } from "../../support/conversation.ts";
import { copyDatabase, putBack, reportOf } from "../../support/replica/copies.ts";
import { says, type Step } from "../../support/models/script.ts";
import { startServerProcess } from "../../support/server/server-process.ts";
import { eventsOf, eventWhere, taskIn } from "../../support/until.ts";

const slow: Step = { text: "Slowly said. ".repeat(60), tokensPerSecond: 40 };

test("an ordinary restart restores nothing, be it after a stop or after a kill: the task goes on", async () => {
  const server = await startServerProcess();
  onTestFinished(() => server.stop());
  const talk = await converse(server, [slow]);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await eventWhere(server, talk.sessionId, ({ type }) => type === "token");
    await server.end(signal);
    await server.start();
  }
  await taskIn(server, talk.taskId, "completed");
  expect(server.said()).not.toContain("restored");
  expect(existsSync(join(server.dataDir, "restored.json"))).toBe(false);
  expect((await eventsOf(server, talk.sessionId)).every(({ id }) => id.startsWith("evt_0001_"))).toBe(true);
});

const places = [
  ["storage.opened"],
  ["task.close.prepared"],
  ["task.close.committed"],
  ["workspace.update.prepared"],
  ["workspace.update.committed"],
  ["status.tell.committed"],
] as const;

test.each(places)("a repair that is killed at %s is done again by the next start", async (point) => {
  const server = await startServerProcess();
  onTestFinished(() => server.stop());
  const talk = await converse(server, [slow]);
  const { body: agent } = await server.call("createAgent", {
    body: { name: "A", systemPrompt: "You are A." },
  });
  await converse(server, [slow], { agentId: agent.id });
  await eventWhere(server, talk.sessionId, ({ type }) => type === "token");
  const to = join(server.folder, "copies");
  const [chat_history, settings] = (["chat_history", "settings"] as const).map((name) =>
    copyDatabase(server.dataDir, name, to),
  );
  await server.call("deleteAgent", { params: { agentId: agent.id } });
  const agents = copyDatabase(server.dataDir, "agents", to);
  await server.end("SIGKILL");
  rmSync(server.dataDir, { recursive: true });
  putBack(server.dataDir, { chat_history: chat_history ?? "", agents, settings: settings ?? "" });
  await expect(server.start({ TALKCODY_TEST_FAILPOINT: point })).rejects.toThrow("SIGKILL");
  expect(existsSync(join(server.dataDir, "restored"))).toBe(true);
  await server.start();
  await taskIn(server, talk.taskId, "failed");
  expect(reportOf(server).workspacesEmptied).toHaveLength(2);
  expect(reportOf(server).sessionsWithoutAgent).toHaveLength(1);
  const more = await say(server, talk.sessionId, [says("On we go.")]);
  await taskIn(server, more.task.id, "completed");
  const emptied = (await eventsOf(server, talk.sessionId)).filter(
    (event) => event.type === "status" && event.data.detail.includes("its files are gone"),
  );
  expect(emptied).toHaveLength(1);
});
