import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../../lib/storage/database/open-database.ts";
import { createUnitOfWork } from "../../../../lib/storage/database/unit-of-work.ts";
import { ignoreFailpoints } from "../../../../lib/ports/failpoint.ts";
import * as temp from "../temp-storage.ts";

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
