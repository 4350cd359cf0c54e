import { notFound } from "../../errors.ts";
import type { File } from "../../file.ts";
import {
  type HistoryMessage,
  type Message,
  type MessagePart,
  type MessageStore,
  type NewMessage,
  type ProviderMetadata,
  textOf,
} from "../../message.ts";
import type { Database } from "../database/database.ts";
import { type FileRow, toFile } from "./file-row.ts";
import { foldCase } from "./fold-case.ts";
import { readRow } from "../database/damaged-rows.ts";
import { fromJson, fromJsonList, toJson, toJsonOrNull } from "../database/json.ts";
import type { UnitOfWork } from "../database/unit-of-work.ts";

interface MessageRow {
  id: string;
  session_id: string;
  task_id: string;
  role: Message["role"];
  content: string;
  provider_metadata: string | null;
  position: number | null;
  created_at: string;
}

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
 * `create` throws not-found for an unknown file, `deliver` and `assign` for an unknown message; delivering twice changes nothing.
 * `files` of a message are those of `fileIds`, then those its parts name, each once.
 */
export function createMessageStore(database: Database, jointly: UnitOfWork["jointly"]): MessageStore {
  const insert = database.statement(`
    INSERT INTO messages (id, session_id, task_id, role, content, provider_metadata, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const insertText = database.statement("INSERT INTO message_texts (session_id, folded_text) VALUES (?, ?)");
  const insertFile = database.statement(
    "INSERT INTO message_files (message_id, ordinal, file_id) SELECT ?, ?, id FROM files WHERE id = ?",
  );
  const select = (rest: string) => database.statement<MessageRow>(`SELECT * FROM messages ${rest}`);
  const byId = select("WHERE id = ?");
  const positioned = select("WHERE session_id = ? AND position > ? ORDER BY position LIMIT ?");
  const last = select("WHERE session_id = ? AND position IS NOT NULL ORDER BY position DESC LIMIT 1");
  const waiting = select("WHERE session_id = ? AND position IS NULL AND id > ? ORDER BY id LIMIT ?");
  const selectFiles = database.statement<FileRow & { message_id: string }>(filesOfMessages);
  const deliver = database.statement(giveNextPosition);
  const assign = database.statement("UPDATE messages SET task_id = ? WHERE id = ? AND position IS NULL");

  const toMessages = (rows: readonly MessageRow[]): Message[] => {
    const files = new Map<string, File[]>(rows.map(({ id }) => [id, []]));
    if (rows.length > 0)
      for (const row of selectFiles.all(toJson(rows.map(({ id }) => id))))
        files.get(row.message_id)?.push(toFile(row));
    return rows.map((row) => toMessage(row, files.get(row.id) ?? []));
  };
  const first = (row: MessageRow | undefined) => (row ? toMessages([row])[0] : undefined);
  const get = (id: string) => first(byId.get(id));

  const existing = (id: string) => {
    const message = get(id);
    if (!message) throw notFound("message", id);
    return message;
  };

  const create = (message: NewMessage) => {
    const { id, sessionId, taskId, role, content, createdAt, providerMetadata } = message;
    insert.run(id, sessionId, taskId, role, toJson(content), toJsonOrNull(providerMetadata), createdAt);
    const text = textOf(content);
    if (text !== "") insertText.run(sessionId, foldCase(text));
    for (const [ordinal, fileId] of filesOf(message).entries())
      if (insertFile.run(id, ordinal, fileId) === 0) throw notFound("file", fileId);
  };

  return {
    create: (message) => jointly(() => create(message)),
    get,
    list: (sessionId, { limit, cursor }) => {
      const last = cursor === undefined ? undefined : byId.get(cursor);
      if (cursor !== undefined && last?.session_id !== sessionId) return [];
      const isAmongWaiting = last?.position === null;
      const rows = isAmongWaiting ? [] : positioned.all(sessionId, last?.position ?? -1, limit);
      const rest = limit - rows.length;
      if (rest > 0) rows.push(...waiting.all(sessionId, isAmongWaiting ? last.id : "", rest));
      return toMessages(rows);
    },
    deliver: (id) => {
      deliver.run(id);
      return existing(id);
    },
    assign: (id, taskId) => {
      assign.run(taskId, id);
      return existing(id);
    },
    waiting: (sessionId) => toMessages(waiting.all(sessionId, "", unlimited)),
    last: (sessionId) => first(last.get(sessionId)),
    history: (sessionId) => {
      const rows = positioned.all(sessionId, -1, unlimited);
      return toMessages(rows).map((message, index) =>
        toHistory(message, rows[index]?.provider_metadata ?? null),
      );
    },
  };
}

/** To SQLite. */
const unlimited = -1;

function filesOf({ fileIds, content }: NewMessage): string[] {
  const named = content.filter((part) => part.type === "file").map((part) => part.fileId);
  return [...new Set([...fileIds, ...named])];
}

function toMessage(row: MessageRow, files: File[]): Message {
  return {
    id: row.id,
    sessionId: row.session_id,
    taskId: row.task_id,
    role: row.role,
    content: readRow(row.session_id, () => fromJsonList<MessagePart>(row.content)),
    files,
    position: row.position,
    createdAt: row.created_at,
  };
}

function metadataOf(text: string | null): ProviderMetadata[] {
  const stored = text === null ? [] : fromJson<unknown>(text);
  if (!Array.isArray(stored)) throw new TypeError("A list of metadata was stored.");
  return stored as ProviderMetadata[]; // As in fromJson.
}

function toHistory(message: Message, metadata: string | null): HistoryMessage {
  const stored = readRow(message.sessionId, () => metadataOf(metadata));
  return { message, providerMetadata: message.content.map((_, index) => stored[index] ?? null) };
}
