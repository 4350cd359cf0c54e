import { readdirSync, existsSync, readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Schemas } from "../../../packages/shared/src/index.ts";
import { converse, createSession, toolResults } from "../../support/conversation.ts";
import { lookOn, terminate } from "../../support/replica/deploy.ts";
import { startModelServer, type ModelServer } from "../../support/models/model-server.ts";
import { textStream } from "../../support/models/model-streams.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import { limitMs } from "../../support/time/limit.ts";
import { until } from "../../support/until.ts";

let model: ModelServer;
let server: ServerProcess;
beforeAll(async () => {
  model = await startModelServer();
  const env = { OPENAI_COMPATIBLE_BASE_URL: `${model.url}/v1`, OPENAI_COMPATIBLE_API_KEY: "k".repeat(20) };
  server = await startServerProcess({ env });
});
afterAll(async () => {
  await server.stop();
  await model.close();
});

const providerModel = "test-model@openai-compatible";

test("while a provider streams: it is let go of at the deadline, asked again, and its answer is there once", async () => {
  const text = "Slowly said. ".repeat(30);
  model.answer({ events: textStream("openai-chat", text), pauseMs: 60 });
  model.answer({ events: textStream("openai-chat", text), pauseMs: 5 });
  const asked = model.requests.length;
  const talk = await converse(server, [], { model: providerModel });
  const onlookers = lookOn(server, talk);
  await onlookers.hear("token", 3);
  await terminate(server);
  expect(await model.requests[asked]?.closed).toBe(true);
  await server.start();
  await onlookers.seeItDone();
  expect(model.requests.length - asked).toBe(2);
  const [first, second] = model.requests.slice(asked).map(({ body }) => body as { messages: unknown });
  expect(second?.messages).toEqual(first?.messages);
  const answers = onlookers.followers[0]?.state.messages.filter(({ role }) => role === "assistant");
  expect(answers?.map(({ content }) => content)).toEqual([[{ type: "text", text }]]);
});

test("while a provider streams its last words: they are kept, and nothing is asked twice", async () => {
  const text = "Quickly said. ".repeat(5);
  await restartPatiently();
  model.answer({ events: textStream("openai-chat", text), pauseMs: 40 });
  const asked = model.requests.length;
  const talk = await converse(server, [], { model: providerModel });
  const onlookers = lookOn(server, talk);
  await onlookers.hear("token", 2);
  await terminate(server);
  await server.start();
  await onlookers.seeItDone();
  expect(model.requests.length - asked).toBe(1);
});

test("a request under way gets its answer", async () => {
  await restartPatiently();
  const session = await createSession(server, unasked);
  const running = runIn(session, "echo run >> runs.txt; sleep 0.6; echo done");
  await until("it runs", () => existsSync(runsOf(session)));
  await terminate(server);
  const answered = await running;
  expect(answered.body).toMatchObject({ isError: false, output: { output: "done\n" } });
  await server.start();
  expect((await runIn(session, "echo run >> runs.txt; sleep 0.6; echo done")).body).toEqual(answered.body);
  await expectRanOnce(session);
});

test("a request that takes too long is cut, and under its key never done twice", async () => {
  const session = await createSession(server, unasked);
  const command = "echo run >> runs.txt; sleep 49.31";
  const running = runIn(session, command);
  await until("it runs", () => existsSync(runsOf(session)));
  await terminate(server);
  const cut = await running;
  expect({ code: cut.problem.code, retryAfter: cut.headers["retry-after"] }).toEqual({
    code: "busy",
    retryAfter: "1",
  });
  await server.start();
  const told = await runIn(session, command);
  expect(told.body).toMatchObject({ isError: true, output: { success: false } });
  await expectRanOnce(session);
});

const unasked = { settings: { autoApproveCommands: true } };

function runIn({ id: sessionId }: Schemas["Session"], command: string) {
  return server.call("runTool", {
    params: { sessionId, toolName: "bash" },
    body: { input: { command } },
    headers: { "Idempotency-Key": `run-in-${sessionId}` },
  });
}

async function expectRanOnce(session: Schemas["Session"]): Promise<void> {
  expect(readFileSync(runsOf(session), "utf8")).toBe("run\n");
  await until("its call has a result", async () => (await toolResults(server, session.id)).length === 1);
}

test("a slow upload is stored when it ends in time", async () => {
  await restartPatiently();
  const before = attachments();
  const uploading = upload("in-time", 600);
  await pause(100);
  await terminate(server);
  expect((await uploading)?.status).toBe(201);
  await server.start();
  expect(attachments()).toHaveLength(before.length + 1);
  const fileId = (await uploading)?.body.id ?? "";
  expect((await server.call("getFileContent", { params: { fileId } })).bytes.toString()).toBe(half + half);
});

test("an upload that is cut at the deadline leaves nothing, and can be repeated", async () => {
  const before = attachments();
  const uploading = upload("never", 10 * limitMs);
  await pause(100);
  await terminate(server);
  expect(await uploading).toBeUndefined();
  await server.start();
  expect(attachments()).toEqual(before);
  expect(await upload("never", 0)).toMatchObject({ status: 201, body: { sizeBytes: half.length * 2 } });
});

/** With a grace period that a busy machine does not come to the end of. */
async function restartPatiently(): Promise<void> {
  await terminate(server);
  await server.start({ TALKCODY_GRACE_PERIOD_MS: "240000" });
}

test("what comes while the server stops is done and acknowledged, or neither; and nothing hangs", async () => {
  const outcomes: Outcome[] = [];
  let isOver = false;
  const rain = async (drop: number) => {
    for (let count = 0; !isOver; count++) outcomes.push(await attempt(`${drop}-${count}`));
  };
  const raining = Promise.all([1, 2, 3, 4].map(rain));
  await until("it rains", () => outcomes.length > 20);
  await terminate(server);
  isOver = true;
  await raining;
  await server.start();
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set([201, ...refusals(outcomes)]));
  expect(outcomes.at(-1)?.status).not.toBe(201);
  const titles = await titlesOf();
  const acknowledged = outcomes.filter(({ status }) => status === 201);
  for (const { title } of acknowledged) expect(titles.filter((other) => other === title)).toEqual([title]);
  const others = outcomes.filter(({ status }) => status !== 201).slice(0, 20);
  for (const { title } of others) expect((await attempt(title)).status).toBe(201);
  const after = await titlesOf();
  for (const { title } of others) expect(after.filter((other) => other === title)).toEqual([title]);
});

interface Outcome {
  title: string;
  /** `gone` where there was no answer, `untold` where 503 did not say when to come back. */
  status: number | "gone" | "untold";
}

async function attempt(title: string): Promise<Outcome> {
  const headers = { "Idempotency-Key": `rain-of-${title}` };
  const status = await server.call("createSession", { body: { title }, headers }).then(
    (answer) => {
      const isTold = answer.status !== 503 || Number(answer.headers["retry-after"]) > 0;
      return isTold ? answer.status : "untold";
    },
    () => "gone" as const,
  );
  if (status === "gone") await pause(5);
  return { title, status };
}

/** Only these, beside 201. */
function refusals(outcomes: readonly Outcome[]): Outcome["status"][] {
  return ([503, "gone"] as const).filter((refusal) => outcomes.some(({ status }) => status === refusal));
}

async function titlesOf(): Promise<string[]> {
  const titles: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const { body } = await server.call("listSessions", { query });
    titles.push(...body.items.map(({ title }) => title));
    cursor = body.nextCursor;
  }
  return titles;
}

const half = "x".repeat(5000);

/** Two halves with a pause between. Undefined when the line was cut. */
function upload(
  name: string,
  pauseMs: number,
): Promise<{ status: number; body: Schemas["StoredFile"] } | undefined> {
  const { promise, resolve } = Promise.withResolvers<
    { status: number; body: Schemas["StoredFile"] } | undefined
  >();
  const headers = {
    "x-api-key": server.key,
    "content-type": "application/octet-stream",
    "content-length": half.length * 2,
    "idempotency-key": `upload-${name}`,
  };
  const sent = httpRequest(
    `${server.url}/v1/files?filename=${name}`,
    { method: "POST", headers },
    (response) => {
      let text = "";
      response.on("data", (bytes: Buffer) => (text += bytes.toString()));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Schemas["StoredFile"] }),
      );
    },
  );
  sent.on("error", () => resolve(undefined));
  sent.write(half);
  const timer = setTimeout(() => sent.end(half), pauseMs);
  onTestFinished(() => clearTimeout(timer));
  return promise;
}

function attachments(): string[] {
  return readdirSync(join(server.dataDir, "attachments"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

function runsOf({ workspaceId }: Schemas["Session"]): string {
  return join(server.dataDir, "workspaces", workspaceId, "runs.txt");
}
