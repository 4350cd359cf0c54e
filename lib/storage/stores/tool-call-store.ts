import type { ToolCallStore } from "../../ports/tool-call-store.ts";
import type { IntendedChange, ToolCall, ToolOutput } from "../../tool.ts";
import type { Database } from "../database/database.ts";
import { readRow } from "../database/damaged-rows.ts";
import { fromJson, fromJsonObject, fromJsonOrNull, toJson, toJsonOrNull } from "../database/json.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";

interface ToolCallRow {
  task_id: string;
  session_id: string;
  message_id: string;
  tool_call_id: string;
  tool_name: string;
  input: string;
  state: ToolCall["state"];
  output: string | null;
  is_error: number;
  duration_ms: number | null;
  change: string | null;
}

/** A call that is done cannot start or finish again: `start` and `finish` throw for it, and for an unknown call. */
export function createToolCallStore(database: Database, jointly: UnitOfWork["jointly"]): ToolCallStore {
  const statements = prepareStatements(database);
  const { byCall, ofMessage } = statements;
  return {
    intend: (calls) => jointly(() => insertCalls(statements, calls)),
    start: (taskId, toolCallId, { at, change }) => {
      const changes = statements.start.run(at, toJsonOrNull(change), taskId, toolCallId);
      expectOne(changes, taskId, toolCallId);
    },
    finish: (taskId, toolCallId, { output, isError, durationMs }) => {
      const values = [toJson(output), Number(isError), Math.round(durationMs)];
      expectOne(statements.finish.run(...values, taskId, toolCallId), taskId, toolCallId);
    },
    ofMessage: (messageId) => ofMessage.all(messageId).map(toToolCall),
    get: (taskId, toolCallId) => byCall.all(taskId, toolCallId).map(toToolCall)[0],
  };
}

const insertIntended = `
  INSERT INTO tool_calls (task_id, session_id, message_id, tool_call_id, tool_name, input, state)
  VALUES (?, ?, ?, ?, ?, ?, 'intended')`;

const startUnfinished = `
  UPDATE tool_calls SET state = 'started', started_at = ?, change = ?
  WHERE task_id = ? AND tool_call_id = ? AND state <> 'done'`;

const finishUnfinished = `
  UPDATE tool_calls SET state = 'done', output = ?, is_error = ?, duration_ms = ?
  WHERE task_id = ? AND tool_call_id = ? AND state <> 'done'`;

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: Database) {
  const select = (rest: string) => database.statement<ToolCallRow>(`SELECT * FROM tool_calls ${rest}`);
  return {
    insert: database.statement(insertIntended),
    start: database.statement(startUnfinished),
    finish: database.statement(finishUnfinished),
    byCall: select("WHERE task_id = ? AND tool_call_id = ?"),
    ofMessage: select("WHERE message_id = ? ORDER BY number"),
  };
}

function insertCalls({ insert }: Statements, calls: Parameters<ToolCallStore["intend"]>[0]): void {
  for (const { taskId, sessionId, messageId, toolCallId, toolName, input } of calls)
    insert.run(taskId, sessionId, messageId, toolCallId, toolName, toJson(input));
}

function expectOne(changes: number, taskId: string, toolCallId: string): void {
  if (changes === 0) throw new Error(`Tool call ${toolCallId} of ${taskId} is done, or was never intended.`);
}

/** Throws AppError session-damaged. */
function toToolCall(row: ToolCallRow): ToolCall {
  return readRow(row.session_id, () => ({
    taskId: row.task_id,
    sessionId: row.session_id,
    messageId: row.message_id,
    toolCallId: row.tool_call_id,
    toolName: row.tool_name,
    input: fromJson<unknown>(row.input),
    state: row.state,
    change: fromJsonOrNull<IntendedChange>(row.change),
    output: row.output === null ? null : fromJsonObject<ToolOutput>(row.output),
    isError: row.is_error === 1,
    durationMs: row.duration_ms,
  }));
}
