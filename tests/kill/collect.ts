import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { effectsOf } from "../support/sandbox/effects.ts";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { allMessages, loadHistory, reduce, type Schemas } from "../../packages/shared/src/index.ts";
import { messagesOf } from "../support/conversation.ts";
import type { Follower } from "../support/clients/follower.ts";
import { eventsOf } from "../support/until.ts";
import type { Asked } from "./asker.ts";
import type { Host } from "./host/host.ts";
import type { Followed, Outcome, Rows, StoredSession } from "./report/outcome.ts";

/** What the running server tells of everything it holds. */
export async function readStored(host: Host, asked: readonly Asked[]) {
  const { body: page } = await host.call("listSessions", { query: { limit: 200 } });
  const sessions: StoredSession[] = [];
  for (const { id } of page.items) sessions.push(await readSession(host, id));
  return {
    sessions,
    agents: (await host.call("listAgents", { query: { limit: 200 } })).body.items,
    settings: (await host.call("getSettings")).body,
    workspaces: (await host.call("listWorkspaces", { query: { limit: 200 } })).body.items,
    sha256: await readFiles(host, asked),
    texts: readTexts(host, sessions),
  };
}

async function readSession(host: Host, sessionId: string): Promise<StoredSession> {
  const params = { sessionId };
  const session = (await host.call("getSession", { params })).body;
  const { workspaceId } = session;
  return {
    session,
    messages: await messagesOf(host, sessionId),
    tasks: (await host.call("listTasks", { query: { sessionId, limit: 200 } })).body.items,
    actions: (await host.call("listSessionActions", { params })).body.items,
    workspace: (await host.call("getWorkspace", { params: { workspaceId } })).body,
    events: await eventsOf(host, sessionId),
  };
}

async function readFiles(host: Host, asked: readonly Asked[]): Promise<Outcome["sha256"]> {
  const uploads = asked.filter(({ operationId, status }) => operationId === "uploadFile" && status === 201);
  const read = async ({ body }: Asked): Promise<[string, string | undefined]> => {
    const fileId = (body as Schemas["StoredFile"]).id;
    const { status, bytes } = await host.call("getFileContent", { params: { fileId } });
    return [fileId, status === 200 ? createHash("sha256").update(bytes).digest("hex") : undefined];
  };
  return Object.fromEntries(await Promise.all(uploads.map(read)));
}

/** Files that the agent was told to write. */
function readTexts(host: Host, sessions: readonly StoredSession[]): Outcome["texts"] {
  const texts: Record<string, string | undefined> = {};
  for (const { session, messages } of sessions)
    for (const part of messages.flatMap(({ content }) => content)) {
      if (part.type !== "tool-call" || part.toolName !== "writeFile") continue;
      const name = `${session.workspaceId}/${String((part.input as { file_path?: unknown }).file_path)}`;
      const path = join(host.dataDir, "workspaces", name);
      texts[name] = existsSync(path) ? readFileSync(path, "utf8") : undefined;
    }
  return texts;
}

/** What a client knows; where the log is no more it has asked for the conversation, as clients do. */
export async function asFollowed(
  host: Host,
  { state, events, gaps }: Follower,
  { sessionId, isLate }: Pick<Followed, "sessionId" | "isLate">,
): Promise<Followed> {
  const known = state.gap === null ? state : reduce(state, await loadHistory(host.client, sessionId));
  const { session, tasks, actions, workspace } = known;
  return {
    sessionId,
    isLate,
    session,
    messages: allMessages(known),
    tasks: Object.values(tasks).toSorted((one, other) => (one.id < other.id ? 1 : -1)),
    actions,
    workspace,
    events: [...events],
    gaps,
  };
}

/** What stands in the databases of a server that is gone. */
export function readRows(dataDir: string): Rows {
  const damage: string[] = [];
  const opened = (name: string) => {
    const sqlite = new Sqlite(join(dataDir, `${name}.db`));
    const integrity = sqlite.pragma("integrity_check", { simple: true });
    if (integrity !== "ok") damage.push(`${name}: ${String(integrity)}`);
    for (const row of sqlite.pragma("foreign_key_check") as unknown[])
      damage.push(`${name}: ${JSON.stringify(row)}`);
    return sqlite;
  };
  opened("agents").close();
  const settings = opened("settings");
  const chat = opened("chat_history");
  const select = <T>(sql: string) => chat.prepare<[], T>(sql).all();
  const rows: Rows = {
    actions: select("SELECT id, task_id, tool_call_id, state FROM actions"),
    toolCalls: select(
      "SELECT task_id, tool_call_id, tool_name, state, input, output, is_error FROM tool_calls",
    ),
    files: select("SELECT id, name FROM files"),
    attachments: readdirSync(join(dataDir, "attachments"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name),
    variables: settings
      .prepare<[], { workspace_id: string }>("SELECT DISTINCT workspace_id FROM variables")
      .all(),
    damage,
  };
  settings.close();
  chat.close();
  return rows;
}

/** Commands write their effects into the private homes of their workspaces. */
export function countEffects(dataDir: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const token of effectsOf(dataDir, "effects.log")) counts[token] = (counts[token] ?? 0) + 1;
  return counts;
}
