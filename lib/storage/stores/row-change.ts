import type { Database, SqlValue } from "../database/database.ts";

/** A column, and how a field becomes its value. */
type Assignments<Change> = {
  [Field in keyof Change]-?: (value: NonNullable<Change[Field]> | null) => Record<string, SqlValue>;
};

/**
 * Makes `change(id, fields)`: sets the columns of the fields that are given, in the row with the id; returns whether
 * there was one. `also` are further columns. The statement is kept for each set of columns.
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
