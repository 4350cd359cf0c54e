import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { converse, toolResults } from "../../support/conversation.ts";
import { createDeployment } from "../../deploy/deployment.ts";
import { findLitestream } from "../../deploy/litestream.ts";
import { processesEnd, processesWith, programsWith } from "../../support/server/processes.ts";
import { calls, says } from "../../support/models/script.ts";
import { startServerProcess } from "../../support/server/server-process.ts";
import { taskEnded, taskIn, until } from "../../support/until.ts";

const unasked = { settings: { autoApproveCommands: true } };

/** A command with a child in another session, and one that ignores signals. The mark is in the arguments of each. */
const stubborn = (mark: string) =>
  `(setsid sleep ${mark}1 &); (trap '' TERM; sleep ${mark}2; true) & trap '' TERM; sleep ${mark}3`;

async function startCommand(mark: string) {
  const server = await startServerProcess();
  onTestFinished(() => server.stop());
  const steps = [calls("bash", { command: stubborn(mark) }), says("I looked.")];
  return { server, ...(await converse(server, steps, unasked)) };
}

test("what a killed server had started is gone with it, before the next one is there", async () => {
  const mark = `63.1${process.pid}`;
  const { server, taskId } = await startCommand(mark);
  for (const place of [1, 2, 3])
    await until(`${place} runs`, () => programsWith(`sleep ${mark}${place}`).length > 0);
  await server.end("SIGKILL");
  await processesEnd(`sleep ${mark}`);
  await server.start();
  expect((await taskIn(server, taskId, "completed")).error).toBeNull();
});

test("a server killed while it starts a command leaves nothing once the next one is there", async () => {
  const mark = `63.2${process.pid}`;
  const { server, taskId } = await startCommand(mark);
  await until("the sandbox starts", () => processesWith(`sleep ${mark}`).length > 0);
  await server.end("SIGKILL");
  await server.start();
  await processesEnd(`sleep ${mark}`);
  expect((await taskIn(server, taskId, "completed")).error).toBeNull();
});

test("the keys of the bucket are in no command's sight", async () => {
  const secret = "bucket-canary-7d1e0b6a";
  const server = await createDeployment((folder) => ({
    LITESTREAM_BIN: findLitestream().bin,
    TALKCODY_REPLICA_URL: `file://${join(folder, "replica")}`,
    AWS_ACCESS_KEY_ID: "replica-key",
    AWS_SECRET_ACCESS_KEY: secret,
  }));
  onTestFinished(() => server.remove());
  server.start();
  await server.up();
  const commands = ["env; cat /proc/*/environ /proc/*/cmdline", "ls -l /proc/self/fd; cat <&8", "true"];
  const steps = commands.map((command) => calls("bash", { command: `${command}; true` }));
  const settings = { autoApproveCommands: true };
  const { sessionId, taskId } = await converse(server, steps, { settings });
  expect(await taskEnded(server, taskId)).toMatchObject({ state: "completed" });
  expect(JSON.stringify(await toolResults(server, sessionId))).toContain("PATH=");
  expect(JSON.stringify(await toolResults(server, sessionId))).not.toContain(secret);
});
