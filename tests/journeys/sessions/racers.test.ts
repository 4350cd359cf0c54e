import { effectsOf, leavesEffect } from "../../support/sandbox/effects.ts";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { OperationId, Schemas } from "../../../packages/shared/src/index.ts";
import { converse, createSession } from "../../support/conversation.ts";
import { calls } from "../../support/models/script.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import type { CallOptions } from "../../support/server/server.ts";
import { openTestSocket, type TestSocket } from "../../support/clients/socket.ts";
import { eventsOf, pendingAction, taskIn } from "../../support/until.ts";

// 100 racers for one thing, each over a connection of its own; where the socket knows the command, half of them over it.
const racers = Array.from({ length: 100 }, (_, number) => number);
let server: ServerProcess;
let sockets: TestSocket[];
/** The file with a line for each time that a command ran. Each test has its own. */
let effects = "";
let tests = 0;

beforeAll(async () => {
  server = await startServerProcess();
  sockets = await Promise.all(racers.slice(50).map(() => openTestSocket(server)));
});
afterAll(() => server.stop());
beforeEach(() => void (effects = `effects-${++tests}`));

interface Said {
  status: number;
  body: unknown;
}

type Race = (options: CallOptions, keyOf?: (racer: number) => string) => Promise<Said[]>;
let races = 0;

const overHttp =
  (operationId: OperationId, among = racers): Race =>
  (options, keyOf = sameKey()) =>
    Promise.all(
      among.map(async (racer) => {
        const headers = { "Idempotency-Key": keyOf(racer) };
        const { status, body } = await server.call(operationId, { ...options, headers });
        return { status, body: body as unknown };
      }),
    );

const overBoth =
  (operationId: "sendMessage" | "createAction"): Race =>
  async (options, keyOf = sameKey()) => {
    const http = overHttp(operationId, racers.slice(0, 50))(options, keyOf);
    const socket = sockets.map((each, index) => ask(each, options, keyOf(50 + index)));
    return [...(await http), ...(await Promise.all(socket))];
  };

async function ask(socket: TestSocket, { params, body }: CallOptions, idempotencyKey: string): Promise<Said> {
  const id = `race-${races}-${idempotencyKey}`.slice(0, 64);
  const sessionId = params?.["sessionId"] ?? "";
  const isMessage = "content" in (body as object);
  const request = { type: isMessage ? "message.send" : "action.create", id, sessionId, body, idempotencyKey };
  const frame = await socket.ask(request as Schemas["WebSocketRequest"]);
  if (frame.type === "error") return { status: frame.problem.status, body: frame.problem };
  if (frame.type === "ack") return { status: frame.status, body: frame.body };
  throw new Error(`Expected an answer, came ${frame.type}.`);
}

function sameKey(): () => string {
  const key = `race-${++races}`;
  return () => key;
}

function ownKeys(): (racer: number) => string {
  const race = ++races;
  return (racer) => `race-${race}-${racer}`;
}

/** All heard the same; gives it. */
function oneAnswer(said: readonly Said[], status: number): unknown {
  expect(said).toHaveLength(racers.length);
  for (const answer of said) expect(answer).toEqual({ status, body: said[0]?.body });
  return said[0]?.body;
}

function rows(database: string, sql: string, ...values: string[]): number {
  const file = new Sqlite(join(server.dataDir, `${database}.db`), { readonly: true });
  const count = file
    .prepare(`SELECT count(*) FROM ${sql}`)
    .pluck()
    .get(...values) as number;
  file.close();
  return count;
}

function timesRun(): number {
  return effectsOf(server.dataDir, effects).length;
}

const command = () => ({ command: leavesEffect(effects) });

/** A command that waits for a person. */
async function asked() {
  const { sessionId, taskId } = await converse(server, [calls("bash", command())]);
  const { id: actionId } = await pendingAction(server, sessionId);
  return { sessionId, taskId, actionId, params: { sessionId } };
}

async function resolutions(sessionId: string): Promise<number> {
  return (await eventsOf(server, sessionId)).filter(({ type }) => type === "action.resolved").length;
}

test("createSession: one session and one task", async () => {
  const body = { title: "Raced", model: "echo@scripted", message: { content: "Hello" } };
  const session = oneAnswer(await overHttp("createSession")({ body }), 201) as Schemas["Session"];
  expect(rows("chat_history", "sessions WHERE title = 'Raced'")).toBe(1);
  expect(rows("chat_history", "tasks WHERE session_id = ?", session.id)).toBe(1);
});

test("createAgent: one agent", async () => {
  oneAnswer(await overHttp("createAgent")({ body: { name: "Raced", systemPrompt: "S" } }), 201);
  expect(rows("agents", "agents WHERE name = 'Raced'")).toBe(1);
});

test("uploadFile: one file, and nothing is left of the other uploads", async () => {
  const options = { query: { filename: "raced.txt" }, body: "the same bytes" };
  oneAnswer(await overHttp("uploadFile")(options), 201);
  expect(rows("chat_history", "files WHERE name = 'raced.txt'")).toBe(1);
  const attachments = readdirSync(join(server.dataDir, "attachments"), {
    recursive: true,
    withFileTypes: true,
  });
  expect(attachments.filter((entry) => entry.isFile())).toHaveLength(1);
});

test("uploadFile: of 100 different files of one size under one key, one is stored and the others are refused", async () => {
  const key = sameKey();
  const said = await Promise.all(
    racers.map((racer) =>
      overHttp("uploadFile", [racer])({ query: { filename: "same.txt" }, body: `file ${100 + racer}` }, key),
    ),
  );
  const statuses = said.flat().map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([201, ...Array.from({ length: 99 }, () => 422)]);
  expect(rows("chat_history", "files WHERE name = 'same.txt'")).toBe(1);
});

test("sendMessage, over HTTP and WebSocket: one message and one task", async () => {
  const { id: sessionId } = await createSession(server, { model: "echo@scripted" });
  const options = { params: { sessionId }, body: { content: "Only once" } };
  const sent = oneAnswer(await overBoth("sendMessage")(options), 202) as Schemas["SentMessage"];
  await taskIn(server, sent.task.id, "completed");
  expect(rows("chat_history", "tasks WHERE session_id = ?", sessionId)).toBe(1);
  expect(rows("chat_history", "messages WHERE session_id = ? AND role = 'user'", sessionId)).toBe(1);
  const created = (await eventsOf(server, sessionId)).filter(
    (event) => event.type === "message.created" && event.data.message.role === "user",
  );
  expect(created).toHaveLength(1);
});

test("approve, over HTTP and WebSocket: one decision, and the command runs once", async () => {
  const { sessionId, taskId, actionId, params } = await asked();
  oneAnswer(await overBoth("createAction")({ params, body: { type: "approve", actionId } }), 200);
  await taskIn(server, taskId, "completed");
  expect([await resolutions(sessionId), timesRun()]).toEqual([1, 1]);
});

test("approve under 100 keys: one is heard, the others are told that it is decided, and the command runs once", async () => {
  const { sessionId, taskId, actionId, params } = await asked();
  const body = { type: "approve", actionId };
  const said = await overBoth("createAction")({ params, body }, ownKeys());
  expectOneHeard(said, "action-decided");
  await taskIn(server, taskId, "completed");
  expect([await resolutions(sessionId), timesRun()]).toEqual([1, 1]);
});

test("approve and reject under 100 keys: one is heard", async () => {
  const { sessionId, actionId, params } = await asked();
  const approvals = overBoth("createAction")({ params, body: { type: "approve", actionId } }, ownKeys());
  const rejections = overHttp("createAction")({ params, body: { type: "reject", actionId } }, ownKeys());
  expectOneHeard([...(await approvals), ...(await rejections)], "action-decided");
  expect(await resolutions(sessionId)).toBe(1);
});

test("cancel, over HTTP and WebSocket: one task is cancelled once", async () => {
  const { sessionId, taskId, params } = await asked();
  oneAnswer(await overBoth("createAction")({ params, body: { type: "cancel", taskId } }), 200);
  expect(await endings(sessionId)).toBe(1);
});

test("cancel under 100 keys: one is heard, the others are told that the task has ended", async () => {
  const { sessionId, taskId, params } = await asked();
  const said = await overBoth("createAction")({ params, body: { type: "cancel", taskId } }, ownKeys());
  expectOneHeard(said, "task-ended");
  expect(await endings(sessionId)).toBe(1);
});

test("runTool: one task, and the command runs once", async () => {
  const { id: sessionId } = await createSession(server, { settings: { autoApproveCommands: true } });
  const options = { params: { sessionId, toolName: "bash" }, body: { input: command() } };
  oneAnswer(await overHttp("runTool")(options), 200);
  expect(rows("chat_history", "tasks WHERE session_id = ?", sessionId)).toBe(1);
  expect(timesRun()).toBe(1);
});

function expectOneHeard(said: readonly Said[], code: string): void {
  const refused = said.filter(({ status }) => status !== 200);
  expect(refused).toHaveLength(said.length - 1);
  for (const { status, body } of refused) expect([status, body]).toMatchObject([409, { code }]);
}

async function endings(sessionId: string): Promise<number> {
  const events = await eventsOf(server, sessionId);
  return events.filter((event) => event.type === "task.updated" && event.data.task.state === "cancelled")
    .length;
}
