import type { Schemas } from "../packages/shared/src/schemas.ts";
import type { PageQuery } from "./message.ts";

export type Agent = Schemas["Agent"];

/** Agent profiles in agents.db. Synchronous. The built-in one is not stored. */
export interface AgentStore {
  put(agent: Agent): void;
  get(id: string): Agent | undefined;
  /** By id; `cursor` is the last id seen. */
  list(page: PageQuery): Agent[];
  remove(id: string): void;
}

/** Id of the built-in agent. It sorts before all others. */
export const builtInAgentId = "agt_00000000000000000000000000";
