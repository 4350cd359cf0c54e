import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serveRepositories } from "../../lib/platform/git-server.ts";
import { converse, decide, toolResult } from "../../support/conversation.ts";
import { processesEnd, processesWith } from "../../support/server/processes.ts";
import { createRepository } from "../../support/repository.ts";
import { calls, says } from "../../support/models/script.ts";
import {
  startServerProcess,
  type ServerProcess,
  type ServerProcessOptions,
} from "../../support/server/server-process.ts";
import { eventWhere, pendingAction, taskIn, until } from "../../support/until.ts";

const hosts: [string, ServerProcessOptions][] = [
  ["as this host isolates it", {}],
  ["without namespaces", { program: "unisolated-server.ts" }],
];
const unasked = { settings: { autoApproveCommands: true } };

async function startServer(options: ServerProcessOptions) {
  const server = await startServerProcess(options);
  onTestFinished(() => server.stop());
  return server;
}

/** Without namespaces no setting approves a command. */
async function approvePending(server: ServerProcess, sessionId: string): Promise<void> {
  const { id: actionId } = await pendingAction(server, sessionId);
  await decide(server, sessionId, { type: "approve", actionId });
}

/** A command in the middle of its work, with a pipeline, a child that ignores SIGTERM, and a daemon. */
async function runStubborn(server: Awaited<ReturnType<typeof startServer>>, mark: string, isAsked = false) {
  const command = `(setsid sleep ${mark}1 &); (trap '' TERM; sleep ${mark}2; sleep ${mark}3) & trap '' TERM; echo said; sleep ${mark}4 | sleep ${mark}5; sleep ${mark}6`;
  const talk = await converse(server, [calls("bash", { command }), says("I looked.")], unasked);
  if (isAsked) await approvePending(server, talk.sessionId);
  await eventWhere(server, talk.sessionId, ({ type }) => type === "tool.output");
  for (const place of [1, 2, 5])
    await until(`${place} runs`, () => processesWith(`sleep ${mark}${place}`).length > 0);
  return talk;
}

test.each(hosts)(
  "%s: what a killed server left running is gone when the next one is there",
  async (name, options) => {
    const mark = `62.3${name.length}`;
    const server = await startServer(options);
    const talk = await runStubborn(server, mark, options.program !== undefined);
    await server.end("SIGKILL");
    const left = processesWith(`sleep ${mark}`);
    // With namespaces nothing is left even now: `npm run test:isolation`.
    expect(left.length > 0 || options.program === undefined, "there is something to end").toBe(true);
    await server.start();
    expect(processesWith(`sleep ${mark}`)).toEqual([]);
    await taskIn(server, talk.taskId, "completed");
    expect((await toolResult(server, talk.sessionId)).output.message).toMatch(/[Ii]nterrupted/);
    await server.end("SIGTERM");
    expect(readdirSync(join(server.dataDir, "processes"))).toEqual([]);
  },
);

test.each(hosts)(
  "%s: a stop at its deadline ends a command that will not end, with all it forked",
  async (name, options) => {
    const mark = `62.4${name.length}`;
    const server = await startServer(options);
    const talk = await runStubborn(server, mark, options.program !== undefined);
    const { code } = await server.end("SIGTERM");
    expect([code, processesWith(`sleep ${mark}`)]).toEqual([0, []]);
    await server.start();
    await taskIn(server, talk.taskId, "completed");
    const { output } = await toolResult(server, talk.sessionId);
    expect(output).toMatchObject({ success: false, output: "said\n" });
    expect(output.message).toMatch(/[Ii]nterrupted/);
  },
);

test.each(hosts)("%s: a second signal leaves nothing running either", async (name, options) => {
  const mark = `62.5${name.length}`;
  const server = await startServer(options);
  await runStubborn(server, mark, options.program !== undefined);
  process.kill(server.pid, "SIGTERM");
  expect((await server.end("SIGINT")).code).toBe(130);
  await processesEnd(`sleep ${mark}2`);
  await server.start();
  expect(processesWith(`sleep ${mark}`)).toEqual([]);
});

test.each(hosts)("%s: killed the moment a command was started, it does not go on", async (name, options) => {
  const mark = `62.6${name.length}`;
  const server = await startServer(options);
  await server.end("SIGTERM");
  await server.start({ TALKCODY_TEST_FAILPOINT: "command.started" });
  const talk = await converse(
    server,
    [calls("bash", { command: `sleep ${mark}` }), says("I looked.")],
    unasked,
  );
  if (options.program !== undefined) await approvePending(server, talk.sessionId);
  expect((await server.gone()).signal).toBe("SIGKILL");
  await server.start();
  expect(processesWith(`sleep ${mark}`)).toEqual([]);
  await taskIn(server, talk.taskId, "completed");
});

test("git of a clone that was cut is gone before the clone begins anew", async () => {
  const server = await startServer({});
  const repository = createRepository(server.folder);
  const url = await serveRepositories(server.folder, 1500);
  const address = `${url}/${basename(repository.path)}/.git`;
  const created = await server.call("createWorkspace", { body: { repository: address } });
  await until("git asks for it", () => processesWith(`remote-http origin ${address}`).length > 0);
  const running = processesWith(address);
  expect(running).not.toEqual([]);
  await server.end("SIGKILL"); // Without the proxy of the server git soon ends by itself, or it is ended.
  await server.start();
  expect(processesWith(address).filter((pid) => running.includes(pid))).toEqual([]);
  await until("it is ready", async () => {
    const { body } = await server.call("getWorkspace", { params: { workspaceId: created.body.id } });
    return body.state === "ready";
  });
});
