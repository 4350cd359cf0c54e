import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { useTestServer } from "../../support/use-server.ts";

const hour = 3_600_000;
const server = useTestServer({ config: { actionTimeoutMs: 100 } });

/** Makes an answer look as old as that, and gives the keys that are left. */
function ages(ageMs: Record<string, number>): () => unknown[] {
  const database = new Sqlite(join(server.dataDir, "chat_history.db"));
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
