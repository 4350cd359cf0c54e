import Sqlite from "better-sqlite3";

/** Most damages that are told of one file. */
const damagesMax = 20;

/**
 * What is wrong with the file of a database that nobody else has open, such as one that was just restored; nothing when
 * it is whole. Reads all of it. Throws what SQLite throws where the file is no database at all.
 */
export function damagesIn(path: string): string[] {
  const sqlite = new Sqlite(path, { fileMustExist: true });
  try {
    const [first] = sqlite.pragma(`integrity_check(${damagesMax})`) as { integrity_check: string }[];
    const structure = first?.integrity_check === "ok" ? [] : [first?.integrity_check ?? "It says nothing."];
    const dangling = sqlite.pragma("foreign_key_check") as { table: string; parent: string }[];
    return [
      ...structure,
      ...dangling.slice(0, damagesMax).map(({ table, parent }) => `A row of ${table} has no ${parent}.`),
    ];
  } finally {
    sqlite.close();
  }
}
