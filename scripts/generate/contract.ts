import { existsSync } from "node:fs";
import { join } from "node:path";
import { bundle, createConfig } from "@redocly/openapi-core";

export interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
}
export interface Body {
  content?: Record<string, unknown>;
}
export interface Operation {
  operationId?: string;
  tags?: string[];
  parameters?: (Parameter | Reference)[];
  requestBody?: Body | Reference;
  responses?: Record<string, Body | Reference>;
}
export interface Reference {
  $ref: string;
}
export interface Contract {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
  components?: Record<string, Record<string, unknown>>;
}

/** Reads openapi.yaml and whatever it refers to as one document; references inside it stay references. */
export async function bundleContract(root: string): Promise<Contract> {
  const ref = join(root, "openapi.yaml");
  if (!existsSync(ref)) {
    throw new Error(
      "There is no openapi.yaml here. The contract is written by hand; everything else follows.",
    );
  }
  const result = await bundle({ ref, config: await createConfig({}) });
  const errors = result.problems.filter((problem) => problem.severity === "error");
  if (errors.length > 0) {
    throw new Error(
      `openapi.yaml cannot be bundled:\n${errors.map((problem) => problem.message).join("\n")}`,
    );
  }
  // Redocly types the parsed document as `any`; `redocly lint` has the last word on its shape.
  return result.bundle.parsed as Contract;
}

/** Follows a local reference such as #/components/parameters/Limit. */
export function deref<T extends object>(contract: Contract, value: T | Reference): T {
  if (!("$ref" in value)) return value;
  const steps = value.$ref.replace(/^#\//, "").split("/").map(unescapePointer);
  const found = steps.reduce<unknown>((node, step) => (node as Record<string, unknown>)?.[step], contract);
  if (typeof found !== "object" || found === null)
    throw new Error(`openapi.yaml has nothing at ${value.$ref}`);
  return deref(contract, found as T | Reference);
}

function unescapePointer(step: string): string {
  return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
}
