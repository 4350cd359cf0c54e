import { readFileSync } from "node:fs";
import type { Agent, AgentStore } from "../../agent.ts";
import { builtInAgentId } from "../../agent.ts";
import { AppError, requireFound } from "../../errors.ts";
import type { NewId } from "../../id.ts";
import type { Clock } from "../../ports/clock.ts";
import { timestamp } from "../../ports/clock.ts";
import type { AgentService } from "../../ports/services.ts";
import type { Schemas } from "../../../packages/shared/src/schemas.ts";

export interface AgentFinder {
  /** The built-in profile takes the place of a deleted one; with `strict`, a deleted one is not-found. */
  find(id: string, options?: { strict: boolean }): Agent;
}

export interface AgentsOptions {
  store: AgentStore;
  clock: Clock;
  newId: NewId;
}

export function createAgents({ store, clock, newId }: AgentsOptions): AgentService & AgentFinder {
  const builtIn = builtInAgent();
  const read = (id: string) => (id === builtInAgentId ? builtIn : store.get(id));
  const get = (id: string) => requireFound(read(id), "agent", id);
  const put = (agent: Agent) => (store.put(agent), agent);
  return {
    find: (id, options) => (options?.strict ? get(id) : (read(id) ?? builtIn)),
    get,
    list: ({ limit, cursor }) =>
      cursor === undefined
        ? [builtIn, ...store.list({ limit })].slice(0, limit)
        : store.list({ limit, cursor }),
    create: (request) => put(newAgent(newId("agt"), request, timestamp(clock.now()))),
    update: (id, change) => put({ ...ownAgent(store, id), ...change, updatedAt: timestamp(clock.now()) }),
    remove: (id) => store.remove(ownAgent(store, id).id),
  };
}

/** Throws agent-built-in: only agents of the user's own can be changed. */
function ownAgent(store: AgentStore, id: string): Agent {
  if (id === builtInAgentId)
    throw new AppError("agent-built-in", "The built-in agent stays as it is. Create one of your own.");
  return requireFound(store.get(id), "agent", id);
}

function newAgent(id: string, request: Schemas["CreateAgent"], at: string): Agent {
  const { name, systemPrompt, description = "", model = null, tools = null } = request;
  return {
    ...{ id, name, description, systemPrompt, model, tools },
    ...{ builtIn: false, createdAt: at, updatedAt: at },
  };
}

function builtInAgent(): Agent {
  const at = "2026-01-01T00:00:00.000Z"; // It comes with the program.
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
