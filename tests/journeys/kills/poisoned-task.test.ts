import { basename } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveRepositories } from "../../lib/platform/git-server.ts";
import { converse, say } from "../../support/conversation.ts";
import { createRepository } from "../../support/repository.ts";
import { says } from "../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { eventWhere, taskEnded, taskIn } from "../../support/until.ts";

let server: ServerProcess;
beforeAll(async () => void (server = await startServerProcess()));
afterAll(() => server.stop());

test("a task at whose step the server ends time and again is given up; a clean stop counts for nothing", async () => {
  const endless = { tokens: 100_000, tokensPerSecond: 100 };
  const poisoned = await converse(server, [endless]);
  await eventWhere(server, poisoned.sessionId, ({ type }) => type === "token");
  for (const signal of [
    "SIGKILL",
    "SIGKILL",
    "SIGKILL",
    "SIGTERM",
    "SIGKILL",
    "SIGKILL",
    "SIGKILL",
  ] as const) {
    await server.end(signal);
    await server.start();
    await taskIn(server, poisoned.taskId, "running");
  }
  await server.end("SIGKILL");
  await server.start();
  const { state, error } = await taskEnded(server, poisoned.taskId);
  expect({ state, code: error?.code }).toEqual({ state: "failed", code: "interrupted" });
  const next = await say(server, poisoned.sessionId, [says("On with it.")]);
  await taskIn(server, next.task.id, "completed");
});

test("a task that waits for its clone is at no step: however often the server ends meanwhile, it goes on", async () => {
  const repository = createRepository(server.folder);
  const host = await serveRepositories(server.folder, 1000);
  const workspace = { repository: `${host}/${basename(repository.path)}/.git` };
  const patient = await converse(server, [says("Here at last.")], { workspace });
  for (let lives = 0; lives < 5; lives++) {
    await taskIn(server, patient.taskId, "running");
    await server.end("SIGKILL");
    await server.start();
  }
  expect((await taskIn(server, patient.taskId, "completed")).error).toBeNull();
});
