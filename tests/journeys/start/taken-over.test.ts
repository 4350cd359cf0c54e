import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { startServerProcess } from "../../support/server/server-process.ts";

test("a server whose databases another one took over acknowledges nothing more, ends with 1, and says so", async () => {
  const server = await startServerProcess();
  onTestFinished(() => server.stop());
  expect((await server.call("createSession", { body: {} })).status).toBe(201);
  const other = new Sqlite(join(server.dataDir, "chat_history.db"));
  other.prepare("UPDATE log SET epoch = epoch + 1").run();
  other.close();
  const refused = await server.call("createSession", { body: {} }).catch(() => undefined);
  expect(refused?.status).not.toBe(201);
  expect(await server.gone()).toMatchObject({ code: 1 });
  expect(server.said()).toContain("Another server has taken over the data folder.");
});
