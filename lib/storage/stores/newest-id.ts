import type { Database } from "../database/database.ts";

const tables = ["sessions", "tasks", "messages", "actions", "files", "workspaces"];

/** Takes the greatest id of each table, then compares them without their prefix of 4 characters: by time. */
export function createNewestId(database: Database): () => string | undefined {
  const newest = tables.map((table) => `SELECT max(id) AS id FROM ${table}`).join(" UNION ALL ");
  const find = database.statement<{ id: string | null }>(
    `SELECT id FROM (${newest}) ORDER BY substr(id, 5) DESC LIMIT 1`,
  );
  return () => find.get()?.id ?? undefined;
}
