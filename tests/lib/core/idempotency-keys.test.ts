import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import type { DatabaseName } from "../../../lib/storage.ts";
import { createSession } from "../../support/conversation.ts";
import { until } from "../../support/until.ts";
import { useTestServer } from "../../support/use-server.ts";

const hour = 3_600_000;
const server = useTestServer({ config: { actionTimeoutMs: 100 } });

/** Makes an answer look as old as that, and gives the keys that are left. */
function ages(ageMs: Record<string, number>, name: DatabaseName = "chat_history"): () => unknown[] {
  const database = new Sqlite(join(server.dataDir, `${name}.db`));
  for (const [key, ms] of Object.entries(ageMs)) {
    const at = new Date(Date.now() - ms).toISOString();
    database.prepare("UPDATE requests SET created_at = ? WHERE key = ?").run(at, key);
  }
  return () => database.prepare("SELECT key FROM requests ORDER BY key").pluck().all();
}

test("an answer is kept under its key for a day and more, and not for ever", async () => {
  const send = (key: string) =>
    server.call("createSession", { body: { title: key }, headers: { "Idempotency-Key": key } });
  const first = (await send("day")).body;
  await send("week");
  const keys = ages({ day: 25 * hour, week: 7 * 24 * hour });
  await until("the old answer is gone", () => !keys().includes("week"));
  expect(keys()).toEqual(["day"]);
  expect((await send("day")).body).toEqual(first);
});

test("a key is kept over restarts for a day, whichever database it is of, and then free for another request", async () => {
  const create = (name: string) =>
    server.call("createAgent", {
      body: { name, systemPrompt: "S" },
      headers: { "Idempotency-Key": "agent" },
    });
  const first = (await create("A")).body;
  await server.restart();
  expect((await create("A")).body).toEqual(first);
  const keys = ages({ agent: 25 * hour }, "agents");
  await server.restart();
  expect((await create("A")).body).toEqual(first);
  expect((await create("B")).problem.code).toBe("idempotency-key-reused");
  ages({ agent: 49 * hour }, "agents");
  await server.restart();
  expect(keys()).toEqual([]);
  expect((await create("B")).body.name).toBe("B");
});

test("the key of a tool run is let go of with its answer, and runs another tool then", async () => {
  const { id: sessionId } = await createSession(server, { settings: { autoApproveCommands: true } });
  const run = (command: string) =>
    server.call("runTool", {
      params: { sessionId, toolName: "bash" },
      body: { input: { command } },
      headers: { "Idempotency-Key": "tool" },
    });
  expect((await run("echo one")).body.output).toMatchObject({ output: "one\n" });
  expect((await run("echo two")).problem.code).toBe("idempotency-key-reused");
  const keys = ages({ tool: 49 * hour });
  await until("the old answer is gone", () => !keys().includes("tool"));
  expect((await run("echo two")).body.output).toMatchObject({ output: "two\n" });
});
