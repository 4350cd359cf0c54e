import type { SessionQuery } from "../../session.ts";
import type { SqlValue } from "../database/database.ts";
import { foldCase } from "./fold-case.ts";
import { isUnfinished } from "./task-row.ts";

/** A column of the oldest task of `session` that has not ended. */
const activeTask = (column: string) =>
  `(SELECT ${column} FROM tasks WHERE session_id = session.id AND ${isUnfinished} ORDER BY id LIMIT 1)`;

/** The condition `where` refers to the table as `session`. */
export const selectSessions = (where: string) => `
  SELECT session.*, ${activeTask("id")} AS active_task_id
  FROM sessions AS session WHERE ${where} ORDER BY session.id DESC LIMIT ?`;

/** The condition and the values of a query, for `selectSessions`. */
export function conditions({ cursor, status, workspaceId, archived, search }: SessionQuery) {
  const wanted: [sql: string, ...values: SqlValue[]][] = [
    [`session.archived_at IS ${archived ? "NOT NULL" : "NULL"}`],
  ];
  if (cursor !== undefined) wanted.push(["session.id < ?", cursor]);
  if (workspaceId !== undefined) wanted.push(["session.workspace_id = ?", workspaceId]);
  if (status === "idle") wanted.push([`${activeTask("state")} IS NULL`]);
  if (status === "running") wanted.push([`${activeTask("state")} IN ('queued', 'running')`]);
  if (status === "waiting") wanted.push([`${activeTask("state")} = 'waiting'`]);
  if (search !== undefined) wanted.push([containing, foldCase(search), foldCase(search)]);
  return {
    where: wanted.map(([sql]) => sql).join(" AND "),
    values: wanted.flatMap(([, ...values]) => values),
  };
}

/** `instr` and not LIKE, because it has no wildcards. */
const containing = `(instr(session.folded_title, ?) > 0 OR EXISTS (
  SELECT 1 FROM message_texts AS message WHERE message.session_id = session.id AND instr(message.folded_text, ?) > 0))`;
