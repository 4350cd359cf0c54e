import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { databaseNames, type DatabaseName } from "../../../../lib/database-name.ts";
import { copyDatabase } from "../../../support/replica/copies.ts";
import * as temp from "../temp-storage.ts";

/** A folder in which two runs ended well, with copies of all three databases that were made during the second run. */
function twoRuns() {
  const folder = temp.tempFolder();
  temp.open(folder).close();
  const second = temp.open(folder);
  const copies = temp.tempFolder();
  for (const name of databaseNames) copyDatabase(folder, name, copies);
  second.close();
  const put = (...names: DatabaseName[]) => {
    for (const name of names) copyFileSync(join(copies, `${name}.db`), join(folder, `${name}.db`));
  };
  return { folder, put };
}

const noticedIn = (folder: string) => temp.open(folder).restoration?.noticedBy;

test.each(databaseNames)("a %s.db put back from a copy of the last run tells itself", (name) => {
  const { folder, put } = twoRuns();
  put(name);
  expect(noticedIn(folder)).toBe(`${name}.db is not the one that the last run of the server left`);
  expect(existsSync(join(folder, "restored"))).toBe(true);
});

test("databases of the run before, one that is missing, and one of another installation are noticed", () => {
  const before = twoRuns();
  temp.open(before.folder).close();
  before.put(...databaseNames);
  expect(noticedIn(before.folder)).toContain("chat_history.db is not the one");
  const missing = twoRuns();
  rmSync(join(missing.folder, "agents.db"));
  expect(noticedIn(missing.folder)).toContain("agents.db is not the one");
  const other = twoRuns();
  copyFileSync(join(twoRuns().folder, "settings.db"), join(other.folder, "settings.db"));
  expect(noticedIn(other.folder)).toBe("settings.db belongs to another installation");
});

test("copies of a working server in a new folder tell themselves; databases at rest that were moved are what they were", () => {
  const copied = twoRuns();
  copied.put(...databaseNames);
  rmSync(join(copied.folder, "life.json"));
  expect(noticedIn(copied.folder)).toContain("copies that were made while a server was running");
  const moved = twoRuns();
  rmSync(join(moved.folder, "life.json"));
  expect(noticedIn(moved.folder)).toBeUndefined();
});

test("new folders, ordinary ends, kills, and kills in the middle of a start tell of nothing", () => {
  const { folder } = twoRuns();
  expect(noticedIn(folder)).toBeUndefined();
  expect(noticedIn(folder)).toBeUndefined(); // The one before is still open, like one that was killed.
  const path = join(folder, "life.json");
  const record = JSON.parse(readFileSync(path, "utf8")) as { number: number };
  writeFileSync(path, JSON.stringify({ ...record, number: record.number + 1, state: "starting" }));
  expect(noticedIn(folder)).toBeUndefined();
});

test("the generation rises over all that was given in the folder, also when an older copy is put back again", () => {
  const { folder, put } = twoRuns();
  for (const generation of [2, 3]) {
    put(...databaseNames);
    const storage = temp.open(folder);
    const session = temp.addSession(storage);
    expect(storage.events.bounds(session).generation).toBe(generation);
    storage.restoration?.settle(temp.nothingFound);
    storage.close();
  }
});
