import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { databaseNames, type DatabaseName } from "../../database-name.ts";
import type { Database } from "../database/database.ts";
import { fromJsonObject } from "../database/json.ts";
import { writeSynced } from "../disk/write-synced.ts";

/** The content of life.json, beside the databases. Restoring one database from a copy does not change this file. */
interface LastRun {
  installation: string;
  number: number;
  /** `starting` until all three databases know of this run; `resting` once all know that it has ended. */
  state: "starting" | "working" | "resting";
  /** Of the event log. The next restore must not reuse a generation that clients have seen. */
  generation: number;
}

/** What one database records about the last run. */
interface Row {
  installation: string;
  number: number;
  is_resting: number;
}

/**
 * Numbers the runs of the server on a data folder, in each database and in life.json, so that a database that was
 * restored from a copy is noticed. It is not noticed when the copy was made during the last run and that run was killed.
 */
export interface RunRecord {
  /** Why a database cannot be the one that the last run left; undefined when all match. */
  mismatch: string | undefined;
  /** The greatest generation that the log of this folder ever had; 0 when it is not known. */
  generation: number;
  begin(generation: number): void;
  /** Call it after the last write. Never throws: when it fails, this run looks like one that was killed. */
  rest(): void;
}

export function createRunRecord(
  dataDir: string,
  databases: Readonly<Record<DatabaseName, Database>>,
): RunRecord {
  const path = join(dataDir, "life.json");
  const last = readLastRun(path);
  const found = databaseNames.map((name) => ({ name, ...rowOf(databases[name]) }));
  const run: Run = {
    path,
    databases,
    installation: [last, ...found].map((one) => one?.installation).find(Boolean) ?? randomUUID(),
    number: 1 + Math.max(last?.number ?? 0, ...found.map((row) => row.number)),
  };
  return {
    mismatch: last === undefined ? mismatchAmong(found) : mismatchWith(last, found),
    generation: last?.generation ?? 0,
    begin: (generation) => {
      writeState(run, "starting", generation);
      writeRows(run, false);
      writeState(run, "working", generation);
    },
    rest: () => rest(run),
  };
}

interface Run {
  /** Of life.json. */
  path: string;
  databases: Readonly<Record<DatabaseName, Database>>;
  installation: string;
  number: number;
}

function writeState({ path, installation, number }: Run, state: LastRun["state"], generation: number): void {
  const content: LastRun = { installation, number, state, generation };
  writeSynced(path, `${JSON.stringify(content)}\n`);
}

function writeRows({ databases, installation, number }: Run, isResting: boolean): void {
  for (const name of databaseNames)
    databases[name]
      .statement("UPDATE life SET installation = ?, number = ?, is_resting = ?")
      .run(installation, number, Number(isResting));
}

function rest(run: Run): void {
  try {
    const last = readLastRun(run.path);
    if (last?.number !== run.number || last.state !== "working") return; // A later run has begun, or this one never did.
    writeRows(run, true);
    writeState(run, "resting", last.generation);
  } catch {
    // Everything is stored already. The next start treats this run as one that was killed.
  }
}

type NamedRow = Row & { name: DatabaseName };

/** Without life.json the folder is new, older than that file, or holds databases that were copied without it. */
function mismatchAmong(found: readonly NamedRow[]): string | undefined {
  const isUnnumbered = found.every(({ number }) => number === 0);
  const [first] = found;
  const isMoved = found.every(
    (row) => row.is_resting === 1 && row.number === first?.number && row.installation === first.installation,
  );
  return isUnnumbered || isMoved
    ? undefined
    : "the databases are copies that were made while a server was running, or not at the same time";
}

function mismatchWith(last: LastRun, found: readonly NamedRow[]): string | undefined {
  const foreign = found.find((row) => row.number > 0 && row.installation !== last.installation);
  if (foreign !== undefined) return `${foreign.name}.db belongs to another installation`;
  const changed = found.find((row) => !isLeftBy(last, row));
  return changed && `${changed.name}.db is not the one that the last run of the server left`;
}

function isLeftBy({ state, number }: LastRun, row: Row): boolean {
  if (state === "starting") return row.number === number || row.number === number - 1;
  return row.number === number && (state === "working" || row.is_resting === 1);
}

function rowOf(database: Database): Row {
  const row = database.statement<Row>("SELECT installation, number, is_resting FROM life").get();
  return row ?? { installation: "", number: 0, is_resting: 0 };
}

/** Undefined also when the file cannot be read: then only the databases are compared. */
function readLastRun(path: string): LastRun | undefined {
  try {
    return fromJsonObject<LastRun>(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
