import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { builtInAgentId } from "../../../lib/agent.ts";
import { databaseNames } from "../../../lib/database-name.ts";
import { migrationsOf } from "../../../lib/storage/database/migrate.ts";

/** What takes the place of time, on the folder of a server that is not there. */
export type Hand = "age-requests" | "age-actions";

const longAgo = "2001-01-01T00:00:00.000Z";

const work: Record<Hand, string> = {
  "age-requests": `INSERT OR IGNORE INTO requests (key, operation_id, request_hash, status, body, created_at)
    VALUES ('an-old-key', 'createSession', 'x', 201, '{}', '${longAgo}')`,
  "age-actions": `UPDATE actions SET expires_at = '${longAgo}' WHERE state = 'pending'`,
};

export function lendHand(dataDir: string, hand: Hand): void {
  const sqlite = new Sqlite(join(dataDir, "chat_history.db"));
  try {
    sqlite.exec(work[hand]);
  } finally {
    sqlite.close();
  }
}

const ending = `01${"a".repeat(24)}`;

/** What an older release left in its folder. */
export const olderSession = { id: `ses_${ending}`, title: "Of an older release", text: "Said long ago" };

/** The databases as a release of that schema left them, with a session and a message in them. */
export function makeOlderFolder(dataDir: string, schema: number): void {
  mkdirSync(join(dataDir, "workspaces", workspaceId), { recursive: true });
  for (const name of databaseNames) {
    const sqlite = new Sqlite(join(dataDir, `${name}.db`));
    sqlite.pragma("journal_mode = WAL");
    const folder = migrationsOf(name);
    const files = readdirSync(folder)
      .toSorted()
      .slice(0, name === "chat_history" ? schema : 1);
    for (const file of files) sqlite.exec(readFileSync(join(folder, file), "utf8"));
    sqlite.pragma(`user_version = ${files.length}`);
    if (name === "chat_history") sqlite.exec(rows);
    sqlite.close();
  }
}

const workspaceId = `wsp_${ending}`;
const taskId = `tsk_${ending}`;
const messageId = `msg_${ending}`;
const { id: sessionId, title, text } = olderSession;
const content = [{ type: "text", text }];
const message = {
  id: messageId,
  sessionId,
  taskId,
  role: "user",
  content,
  files: [],
  position: 1,
  createdAt: longAgo,
};
const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, costUsd: 0 };
const times = { createdAt: longAgo, startedAt: longAgo, endedAt: longAgo };
const task = {
  id: taskId,
  sessionId,
  state: "completed",
  settings: {},
  error: null,
  steps: 0,
  usage,
  ...times,
};
const rows = `
  INSERT INTO workspaces (id, kind, state, created_at, updated_at)
    VALUES ('${workspaceId}', 'scratch', 'ready', '${longAgo}', '${longAgo}');
  INSERT INTO sessions (id, title, folded_title, workspace_id, agent_id, settings, last_sequence, created_at, updated_at)
    VALUES ('${sessionId}', '${title}', '${title.toLowerCase()}', '${workspaceId}', '${builtInAgentId}', '{}', 2, '${longAgo}', '${longAgo}');
  INSERT INTO tasks (id, session_id, state, settings, created_at, started_at, ended_at)
    VALUES ('${taskId}', '${sessionId}', 'completed', '{}', '${longAgo}', '${longAgo}', '${longAgo}');
  INSERT INTO messages (id, session_id, task_id, role, content, position, created_at)
    VALUES ('${messageId}', '${sessionId}', '${taskId}', 'user', '${JSON.stringify(content)}', 1, '${longAgo}');
  INSERT INTO events (session_id, sequence, type, task_id, subject_id, created_at_ms, payload) VALUES
    ('${sessionId}', 1, 'message.final', '${taskId}', '${messageId}', 978307200000, '${JSON.stringify({ message })}'),
    ('${sessionId}', 2, 'task.updated', '${taskId}', NULL, 978307200000, '${JSON.stringify({ task })}');`;
