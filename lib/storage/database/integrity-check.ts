import Sqlite from "better-sqlite3";

/** Most damages reported for one file. */
const damagesMax = 20;

/**
 * Lists what is wrong with a database file that nothing else has open, such as one that was just restored. Empty when
 * the file is sound. Reads the whole file. Throws what SQLite throws when the file is not a database.
 */
export function damagesIn(path: string): string[] {
  const sqlite = new Sqlite(path, { fileMustExist: true });
  try {
    const [first] = sqlite.pragma(`integrity_check(${damagesMax})`) as { integrity_check: string }[];
    const structure =
      first?.integrity_check === "ok"
        ? []
        : [first?.integrity_check ?? "The integrity check gave no result."];
    const dangling = sqlite.pragma("foreign_key_check") as { table: string; parent: string }[];
    return [
      ...structure,
      ...dangling.slice(0, damagesMax).map(({ table, parent }) => `A row of ${table} has no ${parent}.`),
    ];
  } finally {
    sqlite.close();
  }
}
