import type { Action, ActionStore } from "../../action.ts";
import type { Database } from "../database/database.ts";
import { readRow, readOr } from "../database/damaged-rows.ts";
import { fromJsonObject, toJson, toJsonOrNull } from "../database/json.ts";

interface ActionRow {
  id: string;
  session_id: string;
  task_id: string;
  type: Action["type"];
  state: Action["state"];
  tool_call_id: string;
  tool_name: string;
  input: string;
  preview: string | null;
  digest: string;
  reason: string | null;
  result: string | null;
  scope: Action["scope"];
  expires_at: string;
  created_at: string;
  resolved_at: string | null;
  resolved_by: Action["resolvedBy"];
}

const insertPending = `
  INSERT INTO actions (
    id, session_id, task_id, type, state, tool_call_id, tool_name,
    input, preview, digest, revision, reason, expires_at, created_at
  ) VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** What a resolution does not name keeps its value. */
const resolvePending = `
  UPDATE actions SET
    state = ?, resolved_by = ?, resolved_at = ?, scope = ?,
    reason = CASE WHEN ? THEN ? ELSE reason END,
    result = CASE WHEN ? THEN ? ELSE result END,
    input = coalesce(?, input), digest = coalesce(?, digest)
  WHERE id = ? AND state = 'pending'`;

export function createActionStore(database: Database): ActionStore {
  const insert = database.statement(insertPending);
  const resolve = database.statement(resolvePending);
  const revision = database.statement<{ revision: string }>("SELECT revision FROM actions WHERE id = ?");
  const select = (rest: string) => database.statement<ActionRow>(`SELECT * FROM actions ${rest}`);
  const byId = select("WHERE id = ?");
  const ofCall = select("WHERE task_id = ? AND tool_call_id = ? ORDER BY id DESC LIMIT 1");
  const pending = select("WHERE state = 'pending' AND id > ? ORDER BY id LIMIT ?");
  const pendingOfSession = select(
    "WHERE session_id = ? AND state = 'pending' AND id > ? ORDER BY id LIMIT ?",
  );
  const overdue = select("WHERE state = 'pending' AND expires_at <= ? ORDER BY id");
  const first = (row: ActionRow | undefined) => (row ? toAction(row) : undefined);

  return {
    create: (action) => {
      const { id, sessionId, taskId, type, toolCallId, toolName, preview, digest, reason } = action;
      insert.run(
        ...[id, sessionId, taskId, type, toolCallId, toolName, toJson(action.input)],
        ...[preview, digest, action.revision, reason, action.expiresAt, action.createdAt],
      );
    },
    get: (id) => first(byId.get(id)),
    outline: (id) => byId.all(id).map(outlineOf)[0],
    revision: (id) => revision.get(id)?.revision ?? "",
    ofCall: (taskId, toolCallId) => first(ofCall.get(taskId, toolCallId)),
    pending: (sessionId, { cursor = "", limit }) =>
      (sessionId === undefined
        ? pending.all(cursor, limit)
        : pendingOfSession.all(sessionId, cursor, limit)
      ).map(outlineOf),
    resolve: (id, { state, resolvedBy, resolvedAt, reason, result, scope = null, input, digest }) => {
      const changes = resolve.run(
        ...[state, resolvedBy, resolvedAt, scope],
        ...[Number(reason !== undefined), reason ?? null],
        ...[Number(result !== undefined), toJsonOrNull(result)],
        ...[toJsonOrNull(input), digest ?? null, id],
      );
      return changes === 1;
    },
    overdue: (at) => overdue.all(at).map(outlineOf),
  };
}

/** Throws AppError session-damaged. */
function toAction(row: ActionRow): Action {
  return readRow(row.session_id, () => ({
    ...plainOf(row),
    input: inputOf(row),
    result: resultOf(row),
  }));
}

/** The action as far as it can be read. */
function outlineOf(row: ActionRow): Action {
  const input = readOr({}, () => inputOf(row));
  return { ...plainOf(row), input, result: readOr(null, () => resultOf(row)) };
}

function inputOf({ input }: ActionRow): Action["input"] {
  return fromJsonObject(input);
}

function resultOf({ result }: ActionRow): Action["result"] {
  return result === null ? null : fromJsonObject(result);
}

function plainOf(row: ActionRow): Omit<Action, "input" | "result"> {
  return {
    id: row.id,
    sessionId: row.session_id,
    taskId: row.task_id,
    type: row.type,
    state: row.state,
    toolCallId: row.tool_call_id,
    toolName: row.tool_name,
    preview: row.preview,
    digest: row.digest,
    reason: row.reason,
    scope: row.scope,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    resolvedAt: row.resolved_at,
    resolvedBy: row.resolved_by,
  };
}
