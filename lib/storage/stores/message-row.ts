import type { File } from "../../file.ts";
import type { HistoryMessage, Message, MessagePart, ProviderMetadata } from "../../message.ts";
import { readRow } from "../database/damaged-rows.ts";
import { fromJson, fromJsonList } from "../database/json.ts";

export interface MessageRow {
  id: string;
  session_id: string;
  task_id: string;
  role: Message["role"];
  content: string;
  provider_metadata: string | null;
  position: number | null;
  created_at: string;
}

/** Throws AppError session-damaged. */
export function toMessage(row: MessageRow, files: File[]): Message {
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

/** Throws AppError session-damaged. */
export function toHistory(message: Message, metadata: string | null): HistoryMessage {
  const stored = readRow(message.sessionId, () => metadataOf(metadata));
  return { message, providerMetadata: message.content.map((_, index) => stored[index] ?? null) };
}

function metadataOf(text: string | null): ProviderMetadata[] {
  const stored = text === null ? [] : fromJson<unknown>(text);
  if (!Array.isArray(stored)) throw new TypeError("Expected a stored JSON list of metadata.");
  return stored as ProviderMetadata[]; // As in fromJson.
}
