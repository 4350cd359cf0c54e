import { readFileSync } from "node:fs";
import type { Agent, AgentStore } from "../../agent.ts";
import { builtInAgentId } from "../../agent.ts";
import type { Clock } from "../../ports/clock.ts";
import { timestamp } from "../../ports/clock.ts";
import { AppError } from "../../errors.ts";
import type { NewId } from "../../id.ts";
import type { AgentService } from "../../ports/services.ts";
import { requireFound } from "../journal/task-records.ts";

export interface AgentFinder {
  /** A profile that was deleted gives way to the built-in one, unless `strict`. */
  find(id: string, options?: { strict: boolean }): Agent;
}

export interface AgentsOptions {
  store: AgentStore;
  clock: Clock;
  newId: NewId;
}

export function createAgents({ store, clock, newId }: AgentsOptions): AgentService & AgentFinder {
  const builtIn = builtInAgent();
  const find = (id: string) => (id === builtInAgentId ? builtIn : store.get(id));
  const own = (id: string): Agent => {
    if (id === builtInAgentId)
      throw new AppError("agent-built-in", "The built-in agent stays as it is. Create one of your own.");
    return requireFound(store.get(id), "agent", id);
  };
  const put = (agent: Agent): Agent => {
    store.put(agent);
    return agent;
  };
  return {
    find: (id, options) => (options?.strict ? requireFound(find(id), "agent", id) : (find(id) ?? builtIn)),
    get: (id) => requireFound(find(id), "agent", id),
    list: ({ limit, cursor }) => {
      if (cursor !== undefined) return store.list({ limit, cursor });
      return [builtIn, ...store.list({ limit })].slice(0, limit);
    },
    create: ({ name, systemPrompt, description = "", model = null, tools = null }) => {
      const at = timestamp(clock.now());
      return put({
        id: newId("agt"),
        name,
        description,
        systemPrompt,
        model,
        tools,
        builtIn: false,
        createdAt: at,
        updatedAt: at,
      });
    },
    update: (id, change) => put({ ...own(id), ...change, updatedAt: timestamp(clock.now()) }),
    remove: (id) => store.remove(own(id).id),
  };
}

function builtInAgent(): Agent {
  const at = "2026-01-01T00:00:00.000Z"; // It came with the program.
  return {
    id: builtInAgentId,
    name: "Coder",
    description: "Works on the repository of the session: reads, edits, runs, explains.",
    systemPrompt: readFileSync(new URL("prompts/coder.md", import.meta.url), "utf8").trim(),
    model: null,
    tools: null,
    builtIn: true,
    createdAt: at,
    updatedAt: at,
  };
}
