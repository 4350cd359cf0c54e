import type { Action, ActionStore, NewAction, Resolution } from "../../action.ts";
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

/** A field that the resolution leaves out keeps its value. */
const resolvePending = `
  UPDATE actions SET
    state = ?, resolved_by = ?, resolved_at = ?, scope = ?,
    reason = CASE WHEN ? THEN ? ELSE reason END,
    result = CASE WHEN ? THEN ? ELSE result END,
    input = coalesce(?, input), digest = coalesce(?, digest)
  WHERE id = ? AND state = 'pending'`;

export function createActionStore(database: Database): ActionStore {
  const statements = prepareStatements(database);
  const { byId, ofCall, overdue, revision } = statements;
  return {
    create: (action) => insertAction(statements, action),
    get: (id) => firstAction(byId.get(id)),
    outline: (id) => byId.all(id).map(outlineOf)[0],
    revision: (id) => revision.get(id)?.revision ?? "",
    ofCall: (taskId, toolCallId) => firstAction(ofCall.get(taskId, toolCallId)),
    hostsOf: (taskId) => statements.hostsOf.all(taskId).map(outlineOf),
    pending: (sessionId, page) => pendingActions(statements, sessionId, page),
    resolve: (id, resolution) => resolveAction(statements, id, resolution),
    overdue: (at) => overdue.all(at).map(outlineOf),
  };
}

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: Database) {
  const select = (rest: string) => database.statement<ActionRow>(`SELECT * FROM actions ${rest}`);
  return {
    insert: database.statement(insertPending),
    resolve: database.statement(resolvePending),
    revision: database.statement<{ revision: string }>("SELECT revision FROM actions WHERE id = ?"),
    byId: select("WHERE id = ?"),
    ofCall: select("WHERE task_id = ? AND tool_call_id = ? AND type <> 'host' ORDER BY id DESC LIMIT 1"),
    hostsOf: select("WHERE task_id = ? AND type = 'host' ORDER BY id"),
    pending: select("WHERE state = 'pending' AND id > ? ORDER BY id LIMIT ?"),
    pendingOfSession: select("WHERE session_id = ? AND state = 'pending' AND id > ? ORDER BY id LIMIT ?"),
    overdue: select("WHERE state = 'pending' AND expires_at <= ? ORDER BY id"),
  };
}

function insertAction({ insert }: Statements, action: NewAction): void {
  const { id, sessionId, taskId, type, toolCallId, toolName, preview, digest, reason } = action;
  insert.run(
    ...[id, sessionId, taskId, type, toolCallId, toolName, toJson(action.input)],
    ...[preview, digest, action.revision, reason, action.expiresAt, action.createdAt],
  );
}

function pendingActions(
  { pending, pendingOfSession }: Statements,
  sessionId: string | undefined,
  { cursor = "", limit }: Parameters<ActionStore["pending"]>[1],
): Action[] {
  const rows =
    sessionId === undefined ? pending.all(cursor, limit) : pendingOfSession.all(sessionId, cursor, limit);
  return rows.map(outlineOf);
}

/** Whether the action was still pending. */
function resolveAction(
  statements: Statements,
  id: string,
  { state, resolvedBy, resolvedAt, reason, result, scope = null, input, digest }: Resolution,
): boolean {
  const changes = statements.resolve.run(
    ...[state, resolvedBy, resolvedAt, scope],
    ...[Number(reason !== undefined), reason ?? null],
    ...[Number(result !== undefined), toJsonOrNull(result)],
    ...[toJsonOrNull(input), digest ?? null, id],
  );
  return changes === 1;
}

function firstAction(row: ActionRow | undefined): Action | undefined {
  return row && toAction(row);
}

/** Throws AppError session-damaged. */
function toAction(row: ActionRow): Action {
  return readRow(row.session_id, () => ({
    ...plainOf(row),
    input: fromJsonObject(row.input),
    result: resultOf(row),
  }));
}

/** The action without the values that cannot be read. */
function outlineOf(row: ActionRow): Action {
  const input = readOr({}, () => fromJsonObject(row.input));
  return { ...plainOf(row), input, result: readOr(null, () => resultOf(row)) };
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
