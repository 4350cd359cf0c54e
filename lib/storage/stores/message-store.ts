import { notFound } from "../../errors.ts";
import type { File } from "../../file.ts";
import {
  type HistoryMessage,
  type Message,
  type MessageStore,
  type NewMessage,
  textOf,
} from "../../message.ts";
import type { Database } from "../database/database.ts";
import { type FileRow, toFile } from "./file-store.ts";
import { foldCase } from "./fold-case.ts";
import { toJson, toJsonOrNull } from "../database/json.ts";
import { type MessageRow, toHistory, toMessage } from "./message-row.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";

const filesOfMessages = `
  SELECT message_files.message_id, files.*
  FROM message_files JOIN files ON files.id = message_files.file_id
  WHERE message_files.message_id IN (SELECT value FROM json_each(?))
  ORDER BY message_files.message_id, message_files.ordinal`;

const giveNextPosition = `
  UPDATE messages AS message SET position = (
    SELECT coalesce(max(position), -1) + 1 FROM messages WHERE session_id = message.session_id
  ) WHERE id = ? AND position IS NULL`;

/**
 * `create` throws not-found for an unknown file, `deliver` and `assign` for an unknown message. A second `deliver` of the
 * same message changes nothing. The `files` of a message are those of `fileIds`, then those its parts name, each once.
 */
export function createMessageStore(database: Database, jointly: UnitOfWork["jointly"]): MessageStore {
  const statements = prepareStatements(database);
  return {
    create: (message) => jointly(() => insertMessage(statements, message)),
    get: (id) => firstMessage(statements, statements.byId.get(id)),
    list: (sessionId, page) => listMessages(statements, sessionId, page),
    deliver: (id) => {
      statements.deliver.run(id);
      return existingMessage(statements, id);
    },
    assign: (id, taskId) => {
      statements.assign.run(taskId, id);
      return existingMessage(statements, id);
    },
    waiting: (sessionId) => toMessages(statements, statements.waiting.all(sessionId, "", unlimited)),
    last: (sessionId) => firstMessage(statements, statements.last.get(sessionId)),
    history: (sessionId) => readHistory(statements, sessionId),
  };
}

const insertRow = `
  INSERT INTO messages (id, session_id, task_id, role, content, provider_metadata, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

/** Changes no row when the file does not exist. */
const insertFileOfMessage =
  "INSERT INTO message_files (message_id, ordinal, file_id) SELECT ?, ?, id FROM files WHERE id = ?";

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: Database) {
  const select = (rest: string) => database.statement<MessageRow>(`SELECT * FROM messages ${rest}`);
  return {
    insert: database.statement(insertRow),
    insertText: database.statement("INSERT INTO message_texts (session_id, folded_text) VALUES (?, ?)"),
    insertFile: database.statement(insertFileOfMessage),
    byId: select("WHERE id = ?"),
    positioned: select("WHERE session_id = ? AND position > ? ORDER BY position LIMIT ?"),
    last: select("WHERE session_id = ? AND position IS NOT NULL ORDER BY position DESC LIMIT 1"),
    waiting: select("WHERE session_id = ? AND position IS NULL AND id > ? ORDER BY id LIMIT ?"),
    files: database.statement<FileRow & { message_id: string }>(filesOfMessages),
    deliver: database.statement(giveNextPosition),
    assign: database.statement("UPDATE messages SET task_id = ? WHERE id = ? AND position IS NULL"),
  };
}

function insertMessage({ insert, insertText, insertFile }: Statements, message: NewMessage): void {
  const { id, sessionId, taskId, role, content, createdAt, providerMetadata } = message;
  insert.run(id, sessionId, taskId, role, toJson(content), toJsonOrNull(providerMetadata), createdAt);
  const text = textOf(content);
  if (text !== "") insertText.run(sessionId, foldCase(text));
  for (const [ordinal, fileId] of filesOf(message).entries())
    if (insertFile.run(id, ordinal, fileId) === 0) throw notFound("file", fileId);
}

function listMessages(
  statements: Statements,
  sessionId: string,
  { limit, cursor }: Parameters<MessageStore["list"]>[1],
): Message[] {
  const { byId, positioned, waiting } = statements;
  const last = cursor === undefined ? undefined : byId.get(cursor);
  if (cursor !== undefined && last?.session_id !== sessionId) return [];
  const isAmongWaiting = last?.position === null;
  const rows = isAmongWaiting ? [] : positioned.all(sessionId, last?.position ?? -1, limit);
  const missing = limit - rows.length;
  if (missing > 0) rows.push(...waiting.all(sessionId, isAmongWaiting ? last.id : "", missing));
  return toMessages(statements, rows);
}

function readHistory(statements: Statements, sessionId: string): HistoryMessage[] {
  const rows = statements.positioned.all(sessionId, -1, unlimited);
  return toMessages(statements, rows).map((message, index) =>
    toHistory(message, rows[index]?.provider_metadata ?? null),
  );
}

function existingMessage(statements: Statements, id: string): Message {
  const message = firstMessage(statements, statements.byId.get(id));
  if (!message) throw notFound("message", id);
  return message;
}

function firstMessage(statements: Statements, row: MessageRow | undefined): Message | undefined {
  return row && toMessages(statements, [row])[0];
}

/** Reads the files of all messages with one query. */
function toMessages(statements: Statements, rows: readonly MessageRow[]): Message[] {
  const files = new Map<string, File[]>(rows.map(({ id }) => [id, []]));
  if (rows.length > 0)
    for (const row of statements.files.all(toJson(rows.map(({ id }) => id))))
      files.get(row.message_id)?.push(toFile(row));
  return rows.map((row) => toMessage(row, files.get(row.id) ?? []));
}

/** As a LIMIT of SQLite. */
const unlimited = -1;

function filesOf({ fileIds, content }: NewMessage): string[] {
  const named = content.filter((part) => part.type === "file").map((part) => part.fileId);
  return [...new Set([...fileIds, ...named])];
}
