import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { ignoreFailpoints } from "../../../../lib/ports/failpoint.ts";
import { databaseNames } from "../../../../lib/database-name.ts";
import { migrationFiles, migrationsOf } from "../../../../lib/storage/database/migrate.ts";
import { openDatabase } from "../../../../lib/storage/database/open-database.ts";
import * as temp from "../temp-storage.ts";

const library = new URL("../../../../lib/storage/", import.meta.url);

/** Opens the database as the server does, and is killed after so many statements of the migration in question. */
const migrator = `
  import { readFileSync } from "node:fs";
  import Sqlite from "better-sqlite3";
  import { openDatabase } from "${new URL("database/open-database.ts", library).href}";
  const { path, migrations, sql, statements } = JSON.parse(readFileSync(process.argv[1], "utf8"));
  const { exec } = Sqlite.prototype;
  Sqlite.prototype.exec = function (text) {
    if (text !== sql) return exec.call(this, text);
    for (const statement of statements) exec.call(this, statement);
    process.kill(process.pid, "SIGKILL");
  };
  openDatabase({ path, migrations, busyTimeoutMs: 100, onFault: () => {}, reach: () => {} });`;

/** Cut at their ends; what stands between the words of a trigger belongs to it. */
function statementsOf(sql: string): string[] {
  const pieces = sql
    .replaceAll(/--.*$/gm, "")
    .replaceAll(/BEGIN[\s\S]*?END;/g, (body) => body.replaceAll(";", "\0"))
    .split(/[;](?=\s*(?:[A-Z]|$))|\0(?=\s*(?:CREATE|ALTER|$))/);
  return pieces.map((piece) => `${piece.replaceAll("\0", ";").trim()};`).filter((piece) => piece !== ";");
}

function schemaOf(path: string) {
  const sqlite = new Sqlite(path);
  const version = Number(sqlite.pragma("user_version", { simple: true }));
  const objects = sqlite.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();
  sqlite.close();
  return { version, objects };
}

test.each(databaseNames)(
  "killed after each single statement of each migration of %s.db, the old schema is there, and the next run brings the new one",
  (name) => {
    const migrations = migrationsOf(name);
    const folder = temp.tempFolder();
    const open = (path: string) =>
      openDatabase({
        path,
        migrations,
        busyTimeoutMs: 100,
        onFault: () => {},
        reach: ignoreFailpoints,
      }).close();
    const whole = join(folder, "whole.db");
    open(whole);
    const base = join(folder, "base.db");
    let kills = 0;
    for (const [version, file] of migrationFiles(migrations).entries()) {
      const before = schemaOf(base);
      expect(before.version).toBe(version);
      const sql = readFileSync(file, "utf8");
      const statements = statementsOf(sql);
      for (let done = 1; done <= statements.length; done++) {
        const path = join(folder, `${version}-${done}.db`);
        copyFileSync(base, path);
        const order = join(folder, "order.json");
        writeFileSync(
          order,
          JSON.stringify({ path, migrations, sql, statements: statements.slice(0, done) }),
        );
        const parameters = ["--input-type=module-typescript", "--eval", migrator, order];
        const { signal, stderr } = spawnSync(process.execPath, parameters, { encoding: "utf8" });
        expect(signal, `${basename(file)} after ${done}: ${stderr}`).toBe("SIGKILL");
        expect(schemaOf(path), `${basename(file)} after ${done}`).toEqual(before);
        open(path);
        expect(schemaOf(path)).toEqual(schemaOf(whole));
        kills++;
      }
      applyAlone(base, { sql, version: version + 1 });
    }
    expect(kills).toBeGreaterThan(4);
  },
);

function applyAlone(path: string, { sql, version }: { sql: string; version: number }): void {
  const sqlite = new Sqlite(path);
  sqlite.pragma("auto_vacuum = INCREMENTAL");
  sqlite.pragma("journal_mode = WAL");
  sqlite.exec(sql);
  sqlite.pragma(`user_version = ${version}`);
  sqlite.close();
}
