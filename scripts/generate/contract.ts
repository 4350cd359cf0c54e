import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import {
  bundle,
  createConfig,
  getLineColLocation,
  YamlParseError,
  type NormalizedProblem,
} from "@redocly/openapi-core";
import { Mistake, mistakeAt } from "./mistake.ts";

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

/** Reads openapi.yaml and the files it refers to as one document. References within it stay. Throws a Mistake. */
export async function bundleContract(root: string): Promise<Contract> {
  const ref = join(root, "openapi.yaml");
  if (!existsSync(ref)) {
    throw new Error(
      `There is no openapi.yaml in ${root}. Restore it from git: it is written by hand and cannot be generated.`,
    );
  }
  const config = await createConfig({});
  const result = await bundle({ ref, config }).catch((error: unknown) => {
    throw error instanceof YamlParseError ? unreadable(error, root) : error;
  });
  const errors = result.problems.filter((problem) => problem.severity === "error");
  if (errors.length > 0)
    throw new Mistake(errors.map((problem) => explained(problem, root).message).join("\n\n"));
  // Redocly types the parsed document as `any`. `redocly lint` checks its shape.
  return result.bundle.parsed as Contract;
}

function explained({ message, location: [location] }: NormalizedProblem, root: string): Mistake {
  if (location === undefined) return new Mistake(message);
  const { source, start } = getLineColLocation(location);
  const place = {
    path: relative(root, source.absoluteRef),
    text: source.body,
    line: start.line,
    column: start.col,
  };
  const written = source.getLines()[start.line - 1]?.slice(start.col - 1) ?? "";
  const [, reference] =
    /\$ref["']?: *["']?([^"'\s}]+)/.exec(written) ?? /^["']?([^"'\s}]+)/.exec(written) ?? [];
  const isReference = message.startsWith("Can't resolve $ref");
  return mistakeAt(place, isReference ? `there is nothing at ${reference}; is it mistyped?` : message);
}

function unreadable({ message, source, line, col }: YamlParseError, root: string): Mistake {
  const path = relative(root, source.absoluteRef);
  const what = message.replace(/ in ".*$/s, "");
  return mistakeAt({ path, text: source.body, line, column: col }, `this is not YAML: ${what}`);
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
