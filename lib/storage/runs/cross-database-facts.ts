import { existsSync } from "node:fs";
import { builtInAgentId } from "../../agent.ts";
import type { CrossDatabaseFacts } from "../../operating/restoration.ts";

/** As much of a database as is asked here: one that the server has open, or a copy that somebody looks at. */
export interface ReadableDatabase {
  statement<Row>(sql: string): { all(): Row[] };
}

/** Held by no foreign key, since WAL mode has no commit across files. Reads whole tables: for restores and drills. */
export function createCrossDatabaseFacts(places: {
  chat: ReadableDatabase;
  agents: ReadableDatabase;
  /** Where the bytes of a file are when they are on this disk. */
  pathOf(fileId: string): string;
}): CrossDatabaseFacts {
  const { chat, agents, pathOf } = places;
  return {
    sessionsWithoutAgent: () => {
      const known = new Set([builtInAgentId, ...idsOf(agents, "SELECT id FROM agents")]);
      return chat
        .statement<{ sessionId: string; agentId: string }>(
          "SELECT id AS sessionId, agent_id AS agentId FROM sessions ORDER BY id",
        )
        .all()
        .filter(({ agentId }) => !known.has(agentId));
    },
    sessionsWithModel: () =>
      chat
        .statement<{ sessionId: string; model: string }>(
          `SELECT id AS sessionId, json_extract(settings, '$.model') AS model FROM sessions
          WHERE json_valid(settings) AND json_type(settings, '$.model') = 'text' ORDER BY id`,
        )
        .all(),
    filesWithoutBytes: () =>
      idsOf(chat, "SELECT id FROM files ORDER BY id").filter((id) => !existsSync(pathOf(id))),
  };
}

function idsOf(database: ReadableDatabase, sql: string): string[] {
  return database
    .statement<{ id: string }>(sql)
    .all()
    .map(({ id }) => id);
}
