import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { converse, toolResult } from "../../../support/conversation.ts";
import { expectProblem } from "../../../support/claims.ts";
import { calls, says } from "../../../support/models/script.ts";
import { taskIn, until } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";
import { scratch } from "../../../support/workspaces.ts";

const server = useTestServer({ env: { TALKCODY_LOG_LEVEL: "silent" } });

/** Holds the write lock as a backup would. */
async function whileLocked(work: () => Promise<void>): Promise<void> {
  const other = new Sqlite(join(server.dataDir, "chat_history.db"));
  other.exec("BEGIN IMMEDIATE");
  try {
    await work();
  } finally {
    other.exec("ROLLBACK");
    other.close();
  }
}

test("a command that ends while the database is locked keeps its outcome, and runs once", async () => {
  const { workspaceId, folder } = await scratch(server);
  const command = "touch started; while [ ! -e go ]; do sleep 0.02; done; echo x >> ran; cat ran; touch over";
  const settings = { autoApproveCommands: true };
  const { sessionId, taskId } = await converse(server, [calls("bash", { command }), says("End.")], {
    workspaceId,
    settings,
  });
  await until("the command runs", () => existsSync(join(folder, "started")));
  await whileLocked(async () => {
    await until("it may go on", () => (writeFileSync(join(folder, "go"), ""), true));
    await until("the command is over", () => existsSync(join(folder, "over")));
    await new Promise((done) => setTimeout(done, 700));
  });
  await taskIn(server, taskId, "completed");
  expect((await toolResult(server, sessionId)).output).toMatchObject({ success: true, output: "x\n" });
});

test("a request that meets the lock is told to come back, and works then", async () => {
  await whileLocked(async () => {
    const answer = await server.call("createSession", { body: {} });
    expectProblem(answer, "busy");
    expect(answer.headers["retry-after"]).toBe("1");
  });
  expect((await server.call("createSession", { body: {} })).status).toBe(201);
});

test("a task that meets the lock at any other place goes on when it is gone", async () => {
  const steps = Array.from({ length: 30 }, () => calls("listFiles", { directory_path: "." }));
  const { taskId } = await converse(server, [...steps, says("End.")]);
  for (let round = 0; round < 3; round++) {
    await whileLocked(() => new Promise((done) => setTimeout(done, 400)));
    await new Promise((done) => setTimeout(done, 20));
  }
  const task = await taskIn(server, taskId, "completed");
  expect(task.error).toBeNull();
});
