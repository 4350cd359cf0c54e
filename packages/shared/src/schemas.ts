import type { components } from "./contract.gen.ts";

/** Every schema of the contract by its name, such as `Schemas["Session"]`. */
export type Schemas = components["schemas"];
