import { effectsOf, leavesEffect } from "../../support/sandbox/effects.ts";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import contract from "../../../packages/shared/src/contract.gen.json" with { type: "json" };
import type { OperationId } from "../../../packages/shared/src/index.ts";
import type { Failpoint } from "../../../lib/ports/failpoint.ts";
import { readOperations, type ContractOperation } from "../../../lib/server/contract/contract.ts";
import { databaseNames } from "../../../lib/database-name.ts";
import { createSession } from "../../support/conversation.ts";
import { startServerProcess, type ServerProcess } from "../../support/server/server-process.ts";
import type { CallOptions, TestAnswer } from "../../support/server/server.ts";
import { until } from "../../support/until.ts";
import { createWorld, examples } from "../../support/world.ts";

// Every operation of the contract that changes something is killed at each place where its key or its change is
// written. Afterwards the same request under the same key must be answered, and have had one effect.
const operations = readOperations(contract).filter(({ method }) => method !== "GET");
const cases = operations.flatMap((operation) =>
  placesOf(operation).map((point) => ({
    operation,
    point,
    key: `${operation.id} ${point}`.replace(" ", "@"),
  })),
);
const sent = new Map<string, CallOptions>();
const usual = new Map<string, TestAnswer>();
/** What one request of each operation adds to each table. */
const added = new Map<string, Counts>();
let server: ServerProcess;
let before: Counts;

type Counts = Record<string, number>;

beforeAll(async () => {
  server = await startServerProcess();
  const world = createWorld(server);
  for (const { key, operation } of cases) sent.set(key, await examples[operation.id](world));
  await server.call("updateSettings", await examples.updateSettings(world)); // They are one row from the first change on.
  for (const operation of operations) {
    const request = withKey(await examples[operation.id](world), `usual-${operation.id}`);
    const start = await counts();
    usual.set(operation.id, await server.call(operation.id, request));
    added.set(operation.id, minus(await counts(), start));
  }
  before = await counts();
  await server.end("SIGKILL");
  for (const { key, operation, point } of cases) {
    await server.start({ TALKCODY_TEST_FAILPOINT: point });
    await rest(); // Else many lives in a row would end at the same step of the same task.
    await cut(operation.id, withKey(sent.get(key), key));
  }
  await server.start();
});
afterAll(() => server.stop());

describe.each(cases)("$operation.id, killed at $point and asked again under its key,", ({ key, ...at }) => {
  const isKept = /(change|commit).committed$/.test(at.point);
  test("is answered as usual, and the same again", async () => {
    const ask = () => server.call(at.operation.id, withKey(sent.get(key), key));
    const first = await ask();
    expect(first.status, first.bytes.toString()).toBe(usual.get(at.operation.id)?.status);
    expect(first.headers["idempotency-replayed"]).toBe(isKept ? "true" : undefined);
    const again = await ask();
    expect([again.status, again.bytes.toString()]).toEqual([first.status, first.bytes.toString()]);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(again.headers["content-type"]).toBe(first.headers["content-type"]);
  });
});

test("and each had the effect of one request", async () => {
  const expected = cases.reduce((sum, { operation }) => plus(sum, added.get(operation.id) ?? {}), before);
  expect(await counts()).toEqual(expected);
});

test("runTool never runs a command twice, wherever it was killed", async () => {
  const points = ["tool-run.submit.committed", "command.started", "tool.acted", "request.commit.prepared"];
  for (const point of points) {
    const { id: sessionId } = await createSession(server, { settings: { autoApproveCommands: true } });
    const input = { command: leavesEffect(point) };
    const request = withKey({ params: { sessionId, toolName: "bash" }, body: { input } }, `tool@${point}`);
    await server.end("SIGKILL");
    await server.start({ TALKCODY_TEST_FAILPOINT: point });
    await cut("runTool", request);
    await server.start();
    const { status, body } = await server.call("runTool", request);
    const wasCut = point === "command.started" || point === "tool.acted";
    expect([point, status, body.isError]).toEqual([point, 200, wasCut]);
    const times = effectsOf(server.dataDir, point).length;
    expect(point === "command.started" ? [0, 1] : [1], point).toContain(times);
    expect((await server.call("runTool", request)).body).toEqual(body);
  }
});

/** The request reaches the place where this run ends. */
async function cut(operationId: OperationId, request: CallOptions): Promise<void> {
  const answer = await server.call(operationId, request).catch(() => undefined);
  if (answer !== undefined) throw new Error(`${operationId} was answered: ${answer.bytes.toString()}`);
  const { signal } = await server.gone();
  if (signal !== "SIGKILL") throw new Error(`The server ended with ${signal}.`);
}

function placesOf({ waits, takesBytes }: ContractOperation): Failpoint[] {
  if (!waits) return ["request.change.prepared", "request.change.committed"];
  const commit: Failpoint[] = ["request.commit.prepared", "request.commit.committed"];
  return takesBytes ? commit : ["request.begin.prepared", "request.begin.committed", ...commit];
}

function withKey(request: CallOptions | undefined, key: string): CallOptions {
  return { ...request, headers: { ...request?.headers, "Idempotency-Key": key } };
}

/** Until nothing happens any more but waiting for people. */
async function rest(): Promise<void> {
  const atWork = `SELECT id FROM workspaces WHERE state = 'cloning' UNION ALL
    SELECT id FROM tasks WHERE state IN ('queued', 'running') OR (state = 'waiting' AND NOT EXISTS
      (SELECT 1 FROM actions WHERE actions.task_id = tasks.id AND actions.state = 'pending'))`;
  const seen = () => inDatabase("chat_history", (file) => file.prepare(atWork).all());
  await until("nothing is at work", () => seen().length === 0, { seen });
}

/** Rows of each table, and attachments on the disk, at rest. */
async function counts(): Promise<Counts> {
  await rest();
  const tables = databaseNames.map((name) => inDatabase(name, rowsOf));
  const folder = join(server.dataDir, "attachments");
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.assign(
    { attachments: entries.filter((entry) => entry.isFile()).length },
    ...tables,
  ) as Counts;
}

/** The log tells of interruptions too, so it may hold more; the same bytes are noted once, whatever files they were of. */
const uncounted = ["events", "log", "removed_bytes"];

function rowsOf(file: Sqlite.Database): Counts {
  const names = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  const rows = names
    .filter((name) => !uncounted.includes(name))
    .map((name) => [
      `${file.name.split("/").at(-1)} ${name}`,
      file.prepare(`SELECT count(*) FROM ${name}`).pluck().get(),
    ]);
  return Object.fromEntries(rows) as Counts;
}

function inDatabase<T>(name: string, work: (file: Sqlite.Database) => T): T {
  const file = new Sqlite(join(server.dataDir, `${name}.db`), { readonly: true });
  try {
    return work(file);
  } finally {
    file.close();
  }
}

function plus(one: Counts, other: Counts): Counts {
  return Object.fromEntries(Object.entries(one).map(([name, count]) => [name, count + (other[name] ?? 0)]));
}

function minus(one: Counts, other: Counts): Counts {
  return Object.fromEntries(Object.entries(one).map(([name, count]) => [name, count - (other[name] ?? 0)]));
}
