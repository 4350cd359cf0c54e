import type { components } from "./contract.gen.ts";

/** Every schema of the contract by name: `Schemas["Session"]`. */
export type Schemas = components["schemas"];
