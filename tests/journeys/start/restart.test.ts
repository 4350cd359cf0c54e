import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { converse, toolResult } from "../../support/conversation.ts";
import { processesEnd } from "../../support/server/processes.ts";
import { createRepository } from "../../support/repository.ts";
import { calls } from "../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { eventWhere, pendingAction, taskIn, until } from "../../support/until.ts";
import { serveRepositories } from "../../lib/platform/git-server.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.stop());

/** A stop that waited for its whole grace period would not come to its end within the test. */
const patient = { TALKCODY_GRACE_PERIOD_MS: "240000" };

test("the same idempotency key answers the same after SIGKILL, and does nothing more", async () => {
  const request = { body: { title: "Only one" }, headers: { "Idempotency-Key": "journey-of-one-key" } };
  const first = await server.call("createSession", request);
  await server.end("SIGKILL");
  await server.start();
  const again = await server.call("createSession", request);
  expect(again.status).toBe(201);
  expect(again.body).toEqual(first.body);
  const found = await server.call("listSessions", { query: { search: "Only one" } });
  expect(found.body.items).toHaveLength(1);
  const other = await server.call("createSession", { ...request, body: { title: "Another" } });
  expect(other.problem.code).toBe("idempotency-key-reused");
});

test("a pending approval does not hold a stop up", async () => {
  await server.end("SIGTERM");
  await server.start(patient);
  const talk = await converse(server, [calls("bash", { command: "true" })]);
  await pendingAction(server, talk.sessionId);
  expect((await server.end("SIGTERM")).code).toBe(0);
  await server.start();
});

test("a second signal ends the server at once, and the task goes on all the same", async () => {
  await server.end("SIGTERM");
  await server.start(patient);
  const talk = await converse(server, [calls("bash", { command: "echo said; sleep 47.13" })], {
    settings: { autoApproveCommands: true },
  });
  await eventWhere(server, talk.sessionId, ({ type }) => type === "tool.output");
  process.kill(server.pid, "SIGTERM");
  await until("it is stopping", () => !existsSync(join(server.dataDir, "server.json")));
  expect((await server.end("SIGINT")).code).toBe(130);
  await processesEnd("sleep 47.13");
  await server.start();
  await taskIn(server, talk.taskId, "completed");
});

test("a clone that was cut is taken up again, and the task waits for it", async () => {
  const repository = createRepository(server.folder);
  const host = await serveRepositories(server.folder, 400);
  const workspace = { repository: `${host}/${basename(repository.path)}/.git` };
  const talk = await converse(server, [calls("readFile", { file_path: "README.md" })], { workspace });
  await server.end("SIGKILL");
  await server.start();
  await taskIn(server, talk.taskId, "completed");
  expect(await toolResult(server, talk.sessionId)).toMatchObject({ output: { content: "# Sample\n" } });
});
