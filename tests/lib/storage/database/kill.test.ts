import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import * as temp from "../temp-storage.ts";

const library = new URL("../../../../lib/", import.meta.url);

/** Appends three events at a time to the session, and says each last id once it is committed. */
const writer = `
  import { openStorage } from "${new URL("storage/index.ts", library).href}";
  import { systemClock } from "${new URL("ports/clock.ts", library).href}";
  const [, dataDir, session] = process.argv;
  const storage = openStorage({ dataDir, clock: systemClock, fileBytesMax: 1 });
  storage.events.onCommitted((_, events) => process.stdout.write(events.at(-1).id + "\\n"));
  const token = { type: "token", data: { messageId: "msg_1", text: "x" } };
  for (let round = 0; round < 100_000; round++)
    storage.atomically("request.change", () => storage.events.append(session, [token, token, token]));`;

async function writeUntilKilled(dataDir: string, session: string, ms: number): Promise<string[]> {
  const parameters = ["--input-type=module-typescript", "--eval", writer, dataDir, session];
  const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] });
  const said = text(child.stdout);
  await once(child.stdout, "readable");
  await sleep(ms);
  child.kill("SIGKILL");
  return (await said).split("\n").filter((line) => line.length === "evt_0001_0000000001".length);
}

test("after SIGKILL everything acknowledged is there, in whole transactions without gap or double", async () => {
  const folder = temp.tempFolder();
  const setUp = temp.open(folder);
  const session = temp.addSession(setUp);
  setUp.close();
  for (const ms of [5, 20, 50]) {
    const acknowledged = await writeUntilKilled(folder, session, ms);
    const storage = temp.open(folder);
    const ids = storage.events.read(session, 0, 1_000_000).map(({ id }) => id);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(ids).toEqual(expect.arrayContaining(acknowledged.slice(-1)));
    expect(ids.map((id) => Number(id.slice(-10)))).toEqual(ids.map((_, index) => index + 1));
    expect(ids.length % 3).toBe(0);
    storage.close();
  }
});

/** Opens the storage, and is killed the first time it comes to the failpoint. */
const migrator = `
  import { openStorage } from "${new URL("storage/index.ts", library).href}";
  import { systemClock } from "${new URL("ports/clock.ts", library).href}";
  const [, dataDir, place] = process.argv;
  const reach = (point) => point === place && process.kill(process.pid, "SIGKILL");
  openStorage({ dataDir, clock: systemClock, fileBytesMax: 1, reach });`;

function migrateUntilKilled(dataDir: string, point: string): NodeJS.Signals | null {
  const parameters = ["--input-type=module-typescript", "--eval", migrator, dataDir, point];
  return spawnSync(process.execPath, parameters, { stdio: ["ignore", "ignore", "inherit"] }).signal;
}

function schemas(dataDir: string): { version: number; objects: unknown[] }[] {
  return ["chat_history", "agents", "settings"].map((name) => {
    const sqlite = new Sqlite(join(dataDir, `${name}.db`));
    const version = Number(sqlite.pragma("user_version", { simple: true }));
    const objects = sqlite.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();
    sqlite.close();
    return { version, objects };
  });
}

test("killed before and after the commit of each migration, the next runs bring the same schema", () => {
  const whole = temp.tempFolder();
  temp.open(whole).close();
  const count = schemas(whole).reduce((sum, { version }) => sum + version, 0);
  const folder = temp.tempFolder();
  const done = () => schemas(folder).reduce((sum, { version }) => sum + version, 0);
  for (let migration = 0; migration < count; migration++) {
    expect(migrateUntilKilled(folder, "migration.prepared")).toBe("SIGKILL");
    expect(done()).toBe(migration);
    expect(migrateUntilKilled(folder, "migration.committed")).toBe("SIGKILL");
    expect(done()).toBe(migration + 1);
  }
  expect(migrateUntilKilled(folder, "migration.prepared")).toBeNull();
  temp.addSession(temp.open(folder));
  expect(schemas(folder)).toEqual(schemas(whole));
});
