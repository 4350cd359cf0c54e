import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openDatabase } from "../../../../lib/storage/database/open-database.ts";
import { createUnitOfWork } from "../../../../lib/storage/database/unit-of-work.ts";
import type { Storage } from "../../../../lib/ports/storage.ts";
import { ignoreFailpoints } from "../../../../lib/ports/failpoint.ts";
import * as temp from "../temp-storage.ts";

/** A file system of 4 MiB; undefined where mounting is not permitted. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]);
  if (mounted.status === 0) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}

const folder = mountSmallDisk() ?? "";

afterAll(() => {
  if (folder === "") return;
  spawnSync("umount", ["--lazy", folder]);
  rmSync(folder, { recursive: true, force: true });
});

/** Appends until the disk is full; returns what it failed with and how many events were acknowledged. */
function fill(storage: Storage, session: string): { failure: unknown; acknowledged: number } {
  for (let acknowledged = 0; acknowledged < 1000; acknowledged++) {
    const append = () =>
      storage.atomically("request.change", () =>
        storage.events.append(session, [temp.token("x".repeat(20_000))]),
      );
    const failure = temp.thrownBy(append);
    if (failure !== undefined) return { failure, acknowledged };
  }
  throw new Error("The disk never filled.");
}

test.runIf(folder)(
  "a full disk refuses writes with storage-full, keeps reading, and works again after room",
  async () => {
    const ballast = join(folder, "ballast");
    writeFileSync(ballast, Buffer.alloc(1_500_000));
    const storage = temp.open(folder);
    const session = temp.addSession(storage);
    const told: string[] = [];
    storage.events.onCommitted((_, events) => told.push(...events.map(({ id }) => id)));

    const { failure, acknowledged } = fill(storage, session);
    expect(failure).toMatchObject({ code: "storage-full" });
    expect(told).toHaveLength(acknowledged);
    expect(storage.events.bounds(session).lastSequence).toBe(acknowledged);
    expect(storage.events.read(session, 0, 1000)).toHaveLength(acknowledged);
    expect(storage.sessions.list({ limit: 9, archived: false, search: "session" })).toHaveLength(1);
    async function* large() {
      for (let round = 0; round < 50; round++) yield Buffer.alloc(20_000);
    }
    await expect(storage.attachments.receive(large())).rejects.toMatchObject({ code: "storage-full" });

    rmSync(ballast);
    const [event] = storage.atomically("request.change", () =>
      storage.events.append(session, [temp.token("again")]),
    );
    expect(event?.id).toBe(`evt_0001_${String(acknowledged + 1).padStart(10, "0")}`);
    storage.close();
    expect(temp.open(folder).events.bounds(session).lastSequence).toBe(acknowledged + 1);
  },
);

test("a transaction that finds no room for a page is undone with its callbacks, and the next one fits", () => {
  const migrations = join(temp.tempFolder(), "migrations");
  mkdirSync(migrations);
  writeFileSync(join(migrations, "0001-a.sql"), "CREATE TABLE a (x)");
  const path = join(temp.tempFolder(), "a.db");
  const database = openDatabase({
    path,
    migrations,
    busyTimeoutMs: 50,
    onFault: () => {},
    reach: ignoreFailpoints,
  });
  const unit = createUnitOfWork(database, { onFault: () => {}, reach: ignoreFailpoints });
  const told: string[] = [];
  const tell = unit.queue<string>({ deliver: (items) => told.push(...items) });
  const insert = (text: string) =>
    unit.atomically("request.change", () => {
      tell(text.slice(0, 1));
      database.statement("INSERT INTO a VALUES (?)").run("small");
      database.statement("INSERT INTO a VALUES (?)").run(text);
    });
  database.statement("PRAGMA max_page_count = 20").get();
  expect(temp.thrownBy(() => insert("b".repeat(200_000)))).toMatchObject({ code: "storage-full" });
  expect(database.statement("SELECT x FROM a").all()).toEqual([]);
  insert("c");
  expect(database.statement("SELECT x FROM a").all()).toEqual([{ x: "small" }, { x: "c" }]);
  expect(told).toEqual(["c"]);
  database.close();
});
