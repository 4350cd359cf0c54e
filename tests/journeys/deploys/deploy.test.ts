import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  converse,
  decide,
  say,
  toolResult,
  toolResults,
  type Conversation,
} from "../../support/conversation.ts";
import { lookOn, terminate } from "../../support/replica/deploy.ts";
import { processesEnd, processesWith } from "../../support/server/processes.ts";
import { createRepository } from "../../support/repository.ts";
import { asks, calls, callsAll, says, type Step } from "../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { pendingAction, taskIn, until } from "../../support/until.ts";
import { serveRepositories } from "../../lib/platform/git-server.ts";

let server: ServerProcess;
beforeAll(async () => void (server = await startServerProcess()));
afterAll(() => server.stop());
beforeEach(() => processesEnd("sleep 48."));

const unasked = { settings: { autoApproveCommands: true, autoApproveEdits: true } };

test("a command that ends within the grace period is let end: its result is kept, and it ran once", async () => {
  await restartPatiently();
  const talk = await converse(server, ran("echo said; sleep 0.5; echo done"), unasked);
  const onlookers = lookOn(server, talk);
  await onlookers.hear("tool.output");
  await terminate(server);
  await server.start();
  await onlookers.seeItDone();
  expect(await toolResult(server, talk.sessionId)).toMatchObject({
    isError: false,
    output: { output: "said\ndone\n" },
  });
  expect(await runs(talk)).toBe("run\n");
});

test("a command that ignores the signal is ended with its children, told as interrupted, and ran once", async () => {
  const stubborn = "trap '' TERM INT; (trap '' TERM; sleep 48.21; true) & echo said; sleep 48.21; wait";
  const talk = await converse(server, ran(stubborn), unasked);
  const onlookers = lookOn(server, talk);
  await onlookers.hear("tool.output");
  expect(processesWith("sleep 48.21").length).toBeGreaterThanOrEqual(2);
  await terminate(server);
  expect(processesWith("sleep 48.21")).toEqual([]);
  await server.start();
  await onlookers.seeItDone();
  const { isError, output } = await toolResult(server, talk.sessionId);
  expect(isError).toBe(true);
  expect(output.message).toMatch(/[Ii]nterrupted/);
  expect(await runs(talk)).toBe("run\n");
});

test("between many edits: each is made once, and every call has its result", async () => {
  const files = Array.from({ length: 12 }, (_, index) => ({
    file_path: `${index}.txt`,
    content: `${index}\n`,
  }));
  const write = callsAll(
    ...files.map((input): [string, unknown] => ["writeFile", input]),
    ["bash", { command: "echo run >> runs.txt; sleep 0.3" }],
    ["writeFile", { file_path: "last.txt", content: "last\n" }],
  );
  const talk = await converse(server, [write, says("Written.")], unasked);
  const onlookers = lookOn(server, talk);
  await onlookers.hear("tool.result", 2);
  await terminate(server);
  await server.start();
  await onlookers.seeItDone();
  const results = await toolResults(server, talk.sessionId);
  expect(results.map(({ isError }) => isError)).toEqual(results.map(() => false));
  expect(results).toHaveLength(files.length + 2);
  const folder = await folderOf(talk);
  for (const { file_path, content } of files)
    expect(readFileSync(join(folder, file_path), "utf8")).toBe(content);
  expect(readFileSync(join(folder, "last.txt"), "utf8")).toBe("last\n");
  expect(await runs(talk)).toBe("run\n");
  expect(
    readdirSync(folder).filter((name) => !/^(\d+|last|runs)\.txt$/.test(name) && name !== ".git"),
  ).toEqual([]);
});

test("before an answer: the question is still there, holds nothing up, and is answered once", async () => {
  await restartPatiently();
  const talk = await converse(server, [asks(), says("Thank you.")]);
  const onlookers = lookOn(server, talk);
  const question = await pendingAction(server, talk.sessionId);
  await terminate(server);
  await server.start();
  expect(await pendingAction(server, talk.sessionId)).toEqual(question);
  const answer = { type: "respond", actionId: question.id, result: { colour: "Red" } } as const;
  expect((await decide(server, talk.sessionId, answer)).status).toBe(200);
  expect((await decide(server, talk.sessionId, answer)).problem.code).toBe("action-decided");
  await onlookers.seeItDone();
});

test("with steered and queued messages: all are taken up, in their order, each once", async () => {
  const talk = await converse(server, ran("echo said; sleep 48.22"), unasked);
  const onlookers = lookOn(server, talk);
  await onlookers.hear("tool.output");
  const steered = await say(server, talk.sessionId, [says("Steered.")], { delivery: "steer" });
  const queued = await say(server, talk.sessionId, [says("Queued one.")], { delivery: "queue" });
  const later = await say(server, talk.sessionId, [says("Queued two.")], { delivery: "queue" });
  await terminate(server);
  await server.start();
  await taskIn(server, later.task.id, "completed");
  await onlookers.seeItDone();
  expect(steered.task.id).toBe(talk.taskId);
  const state = onlookers.followers[0]?.state;
  const sent = [steered, queued, later].map(({ message }) => message.id);
  expect(state?.messages.map(({ id }) => id).filter((id) => sent.includes(id))).toEqual(sent);
  const said = state?.messages.flatMap(({ role, content }) => (role === "assistant" ? content : []));
  expect(said?.flatMap((part) => (part.type === "text" ? [part.text] : []))).toEqual([
    "Steered.",
    "Queued one.",
    "Queued two.",
  ]);
});

test("during a clone: the stop does not wait for it, nothing of it is left half, and it is made in the next run", async () => {
  const repository = createRepository(server.folder);
  const host = await serveRepositories(server.folder, 700);
  const workspace = { repository: `${host}/${basename(repository.path)}/.git` };
  await restartPatiently();
  const talk = await converse(server, [calls("readFile", { file_path: "README.md" })], { workspace });
  const onlookers = lookOn(server, talk);
  await onlookers.hear("status");
  await terminate(server);
  expect(existsSync(await folderOf(talk, false))).toBe(false);
  await server.start();
  await onlookers.seeItDone();
  expect(await toolResult(server, talk.sessionId)).toMatchObject({ output: { content: "# Sample\n" } });
});

test("six times in a row at the same step: the task is not given up, and ends well", async () => {
  const talk = await converse(server, [{ text: "Slowly said. ".repeat(40), tokensPerSecond: 50 }]);
  const onlookers = lookOn(server, talk);
  await onlookers.hear("token");
  for (let deploys = 0; deploys < 6; deploys++) {
    await terminate(server);
    await server.start();
  }
  await onlookers.seeItDone();
  const answers = onlookers.followers[0]?.state.messages.filter(({ role }) => role === "assistant");
  expect(answers?.map(({ content }) => content)).toEqual([
    [{ type: "text", text: "Slowly said. ".repeat(40) }],
  ]);
});

test("at any moment of a recovery: it ends with 0, is taken for no crash, and the task goes on in the life that may", async () => {
  const talk = await converse(server, ran("echo said; sleep 48.23"), unasked);
  const onlookers = lookOn(server, talk);
  await onlookers.hear("tool.output");
  await terminate(server);
  const log = join(server.dataDir, "chat_history.db-wal");
  for (const afterMs of [0, 10, 30, 80, 200]) {
    expect(existsSync(log), "a life that has ended well has closed its databases").toBe(false);
    const starting = server.start().catch((error: unknown) => error); // Most do not come so far.
    await until("it has opened its data", () => existsSync(log));
    await pause(afterMs);
    const { code, signal } = await server.end("SIGTERM");
    expect({ afterMs, code, signal }).toEqual({ afterMs, code: 0, signal: null });
    await starting;
  }
  await server.start();
  await onlookers.seeItDone();
  expect(await toolResult(server, talk.sessionId)).toMatchObject({ isError: true });
  expect(await runs(talk)).toBe("run\n");
});

test("with twenty sessions at work, one after the other: each ends with its own result, and each command ran once", async () => {
  await restartPatiently();
  const talks = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      converse(
        server,
        [calls("bash", { command: `echo run >> runs.txt; sleep 0.${index % 10}` }), says(`${index}`)],
        unasked,
      ),
    ),
  );
  const onlookers = talks.map((talk) => lookOn(server, talk));
  await until("one is done", async () => {
    const { items } = (await server.call("listTasks", { query: { state: "running", limit: 50 } })).body;
    return items.length > 0;
  });
  await terminate(server);
  await server.start();
  for (const each of onlookers) await each.seeItDone();
  expect(await Promise.all(talks.map(runs))).toEqual(talks.map(() => "run\n"));
});

/** With a grace period that a stop which needs all of it would not end in. */
async function restartPatiently(): Promise<void> {
  await server.end("SIGTERM");
  await server.start({ TALKCODY_GRACE_PERIOD_MS: "240000" });
}

/** Leaves a line for each time it ran. */
function ran(command: string): Step[] {
  return [calls("bash", { command: `echo run >> runs.txt; ${command}` }), says("I looked.")];
}

async function runs(talk: Conversation): Promise<string> {
  return readFileSync(join(await folderOf(talk), "runs.txt"), "utf8");
}

const folders = new Map<string, string>();
async function folderOf({ sessionId }: Conversation, isUp = true): Promise<string> {
  if (isUp) {
    const { workspaceId } = (await server.call("getSession", { params: { sessionId } })).body;
    folders.set(sessionId, join(server.dataDir, "workspaces", workspaceId));
  }
  return folders.get(sessionId) ?? "";
}
