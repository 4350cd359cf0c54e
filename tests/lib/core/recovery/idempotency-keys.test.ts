import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import type { DatabaseName } from "../../../../lib/database-name.ts";
import { createSession } from "../../../support/conversation.ts";
import { until } from "../../../support/until.ts";
import { useTestServer } from "../../../support/server/use-server.ts";

const hour = 3_600_000;
const server = useTestServer({ config: { actionTimeoutMs: 100 } });

/** Sets the age of a stored answer, adds a thousand newer ones, and returns the keys that remain. */
function ages(ageMs: Record<string, number>, name: DatabaseName = "chat_history"): () => unknown[] {
  const database = new Sqlite(join(server.dataDir, `${name}.db`));
  for (const [key, ms] of Object.entries(ageMs)) {
    const at = new Date(Date.now() - ms).toISOString();
    database.prepare("UPDATE requests SET created_at = ? WHERE key = ?").run(at, key);
  }
  const newer = database.prepare(
    "INSERT INTO requests (key, operation_id, request_hash, created_at) VALUES (?, 'createSession', '', ?)",
  );
  const at = new Date().toISOString();
  database.transaction(() => {
    for (let count = 0; count < 1000; count++) newer.run(`newer-${++newerCount}`, at);
  })();
  const keys = "SELECT key FROM requests WHERE key NOT LIKE 'newer-%' ORDER BY key";
  return () => database.prepare(keys).pluck().all();
}
let newerCount = 0;

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

test("a clock that jumps ahead frees no key that somebody may be about to use again", async () => {
  const send = () =>
    server.call("createSession", { body: { title: "Once" }, headers: { "Idempotency-Key": "jump" } });
  const first = (await send()).body;
  const database = new Sqlite(join(server.dataDir, "chat_history.db"));
  const longAgo = new Date(Date.now() - 10 * 24 * hour).toISOString(); // For a clock that is ten days ahead.
  database.prepare("UPDATE requests SET created_at = ?").run(longAgo);
  const counted = database.prepare("SELECT count(*) FROM requests").pluck();
  await until("what is over 1,000 has gone", () => counted.get() === 1000);
  expect((await send()).body).toEqual(first);
});
