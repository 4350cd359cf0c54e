import { type Agent, type AgentStore, builtInAgentId } from "../../agent.ts";
import { AppError } from "../../errors.ts";
import type { Database } from "../database/database.ts";
import { fromJsonOrNull, toJsonOrNull } from "../database/json.ts";

interface AgentRow {
  id: string;
  name: string;
  description: string;
  system_prompt: string;
  model: string | null;
  tools: string | null;
  created_at: string;
  updated_at: string;
}

/** `put` throws agent-built-in for the built-in agent, which is not stored. */
export function createAgentStore(database: Database): AgentStore {
  const put = database.statement(`
    INSERT OR REPLACE INTO agents
      (id, name, description, system_prompt, model, tools, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const select = database.statement<AgentRow>("SELECT * FROM agents WHERE id = ?");
  const list = database.statement<AgentRow>("SELECT * FROM agents WHERE id > ? ORDER BY id LIMIT ?");
  const remove = database.statement("DELETE FROM agents WHERE id = ?");

  return {
    put: (agent) => {
      const { id, name, description, systemPrompt, model, tools, createdAt, updatedAt } = agent;
      if (id === builtInAgentId)
        throw new AppError("agent-built-in", "The built-in agent cannot be changed.");
      put.run(id, name, description, systemPrompt, model, toJsonOrNull(tools), createdAt, updatedAt);
    },
    get: (id) => select.all(id).map(toAgent)[0],
    list: ({ cursor = "", limit }) => list.all(cursor, limit).map(toAgent),
    remove: (id) => void remove.run(id),
  };
}

function toAgent(row: AgentRow): Agent {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    systemPrompt: row.system_prompt,
    model: row.model,
    tools: fromJsonOrNull<string[]>(row.tools),
    builtIn: false,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
