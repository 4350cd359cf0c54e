import type { Database, SqlValue } from "../database/database.ts";

/** For each field, the columns to set and their values. */
type Assignments<Change> = {
  [Field in keyof Change]-?: (value: NonNullable<Change[Field]> | null) => Record<string, SqlValue>;
};

/**
 * Returns `change(id, fields, also)`. It sets the columns of the given fields and those in `also` in the row with the id,
 * and returns whether there is such a row. Each combination of columns keeps its own prepared statement.
 */
export function createRowChange<Change extends object>(
  database: Database,
  table: string,
  assignments: Assignments<Change>,
): (id: string, change: Change, also?: Record<string, SqlValue>) => boolean {
  return (id, change, also = {}) => {
    const columns = { ...also };
    for (const field of Object.keys(assignments) as (keyof Change)[]) {
      const value = change[field];
      if (value !== undefined) Object.assign(columns, assignments[field](value as NonNullable<typeof value>));
    }
    const names = Object.keys(columns);
    if (names.length === 0) return true;
    const sql = `UPDATE ${table} SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE id = ?`;
    return database.statement(sql).run(...Object.values(columns), id) > 0;
  };
}
