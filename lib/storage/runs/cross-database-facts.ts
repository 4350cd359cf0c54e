import { existsSync } from "node:fs";
import { builtInAgentId } from "../../agent.ts";
import type { CrossDatabaseFacts } from "../../operating/restoration.ts";

/** A database as far as it is read here: one that the server has open, or a copy. */
export interface ReadableDatabase {
  statement<Row>(sql: string): { all(): Row[] };
}

interface Places {
  chat: ReadableDatabase;
  agents: ReadableDatabase;
  /** Path of the bytes of a file, whether they exist or not. */
  pathOf(fileId: string): string;
}

/**
 * References that no foreign key can check, because WAL mode has no commit across files. Each reads whole tables, so they
 * are for restores and drills only.
 */
export function createCrossDatabaseFacts({ chat, agents, pathOf }: Places): CrossDatabaseFacts {
  return {
    sessionsWithoutAgent: () => sessionsWithoutAgent(chat, agents),
    sessionsWithModel: () => chat.statement<SessionModel>(selectModels).all(),
    filesWithoutBytes: () =>
      idsOf(chat, "SELECT id FROM files ORDER BY id").filter((id) => !existsSync(pathOf(id))),
  };
}

interface SessionModel {
  sessionId: string;
  model: string;
}

const selectModels = `
  SELECT id AS sessionId, json_extract(settings, '$.model') AS model FROM sessions
  WHERE json_valid(settings) AND json_type(settings, '$.model') = 'text' ORDER BY id`;

interface SessionAgent {
  sessionId: string;
  agentId: string;
}

function sessionsWithoutAgent(chat: ReadableDatabase, agents: ReadableDatabase): SessionAgent[] {
  const known = new Set([builtInAgentId, ...idsOf(agents, "SELECT id FROM agents")]);
  return chat
    .statement<SessionAgent>("SELECT id AS sessionId, agent_id AS agentId FROM sessions ORDER BY id")
    .all()
    .filter(({ agentId }) => !known.has(agentId));
}

function idsOf(database: ReadableDatabase, sql: string): string[] {
  const rows = database.statement<{ id: string }>(sql).all();
  return rows.map(({ id }) => id);
}
