import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { databaseNames, type DatabaseName } from "../../database-name.ts";
import type { Database } from "../database/database.ts";
import { fromJsonObject } from "../database/json.ts";
import { writeSynced } from "../disk/write-synced.ts";

/** What life.json says, beside the databases: nobody who puts one of them back has this file in the copy. */
interface Witness {
  installation: string;
  number: number;
  /** `starting` until all three databases know of this run; `resting` once all know of its end. */
  state: "starting" | "working" | "resting";
  /** Of the event log; the next restore must not give a number that clients have seen. */
  generation: number;
}

/** What one database says. */
interface Row {
  installation: string;
  number: number;
  is_resting: number;
}

/**
 * Lives of the server on a data folder, counted in each database and beside them, so that a database that was put back
 * from a copy tells itself. It cannot when the life that the copy was made in was also the last one, and was killed.
 */
export interface RunRecord {
  /** Why a database cannot be the one that the last run left; undefined where nothing speaks against it. */
  doubt: string | undefined;
  /** The greatest generation of the log that was ever given in this folder; 0 where nobody remembers. */
  generation: number;
  begin(generation: number): void;
  /** Call it when nothing is written any more. Where it cannot be written down, the life has ended like one that was killed. */
  rest(): void;
}

export function createRunRecord(
  dataDir: string,
  databases: Readonly<Record<DatabaseName, Database>>,
): RunRecord {
  const path = join(dataDir, "life.json");
  const witness = readWitness(path);
  const found = databaseNames.map((name) => ({ name, ...rowOf(databases[name]) }));
  const installation = [witness, ...found].map((one) => one?.installation).find(Boolean) ?? randomUUID();
  const number = 1 + Math.max(witness?.number ?? 0, ...found.map((row) => row.number));
  const write = (state: Witness["state"], generation: number) =>
    writeSynced(path, `${JSON.stringify({ installation, number, state, generation } satisfies Witness)}\n`);
  const writeRows = (isResting: boolean) => {
    for (const name of databaseNames)
      databases[name]
        .statement("UPDATE life SET installation = ?, number = ?, is_resting = ?")
        .run(installation, number, Number(isResting));
  };
  return {
    doubt: witness === undefined ? doubtAlone(found) : doubtAgainst(witness, found),
    generation: witness?.generation ?? 0,
    begin: (generation) => {
      write("starting", generation);
      writeRows(false);
      write("working", generation);
    },
    rest: () => {
      try {
        const last = readWitness(path);
        if (last?.number !== number || last.state !== "working") return; // Another life has begun, or this one did not.
        writeRows(true);
        write("resting", last.generation);
      } catch {
        // The end must not fail for it: what is stored is stored, and what a kill leaves is as good.
      }
    },
  };
}

type Named = Row & { name: DatabaseName };

/** A folder from before there was a life.json, a new one, or databases that were copied here without it. */
function doubtAlone(found: readonly Named[]): string | undefined {
  const isUnnumbered = found.every(({ number }) => number === 0);
  const [first] = found;
  const isMoved = found.every(
    (row) => row.is_resting === 1 && row.number === first?.number && row.installation === first.installation,
  );
  return isUnnumbered || isMoved
    ? undefined
    : "the databases are copies that were made while a server was at work, or not at the same time";
}

function doubtAgainst(witness: Witness, found: readonly Named[]): string | undefined {
  const stranger = found.find((row) => row.number > 0 && row.installation !== witness.installation);
  if (stranger !== undefined) return `${stranger.name}.db is of another installation`;
  const odd = found.find((row) => !isLeftBy(witness, row));
  return odd && `${odd.name}.db is not the one that the last run of the server left`;
}

function isLeftBy({ state, number }: Witness, row: Row): boolean {
  if (state === "starting") return row.number === number || row.number === number - 1;
  return row.number === number && (state === "working" || row.is_resting === 1);
}

function rowOf(database: Database): Row {
  const row = database.statement<Row>("SELECT installation, number, is_resting FROM life").get();
  return row ?? { installation: "", number: 0, is_resting: 0 };
}

/** Undefined as well where it cannot be read: then the databases speak for themselves. */
function readWitness(path: string): Witness | undefined {
  try {
    return fromJsonObject<Witness>(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
