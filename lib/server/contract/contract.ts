import type { OperationId } from "../../ports/handler.ts";
import { databaseNames, type DatabaseName } from "../../database-name.ts";

/** One operation of the contract, as far as the transport needs to know it. */
export interface ContractOperation {
  id: OperationId;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With parameters in braces. */
  path: string;
  parameters: readonly Parameter[];
  /** Media types it takes; none when it has no body. */
  takes: readonly string[];
  /** Of its JSON body. */
  bodySchema: object | undefined;
  /** It waits for the world before it makes its change. */
  waits: boolean;
  /** Its body is bytes that stream. */
  takesBytes: boolean;
  /** What it changes. */
  database: DatabaseName;
  /** What of it outlives a request, and so needs a process that is always on. */
  needsProcess: ProcessNeed;
  /** It answers 101. */
  upgrades: boolean;
}

export interface ProcessNeed {
  /** Whatever is asked. */
  always: boolean;
  /** Only when one of these fields is in the body. */
  fields: readonly string[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: object;
}

/** The operations of a bundled contract. Throws an Error where the document is not one that can be mounted. */
export function readOperations(contract: object): ContractOperation[] {
  const paths = object(at(contract, "paths"));
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const node = at(item, method.toLowerCase());
      return node === undefined ? [] : [readOperation(contract, { path, method, item, node })];
    }),
  );
}

/** Follows a reference inside the document, as often as needed. */
export function resolve(contract: object, node: unknown): unknown {
  const reference = at(node, "$ref");
  if (typeof reference !== "string") return node;
  const steps = reference.split("/").slice(1);
  const found = steps.reduce<unknown>(
    (place, step) => at(place, step.replaceAll("~1", "/").replaceAll("~0", "~")),
    contract,
  );
  if (found === undefined) throw new Error(`The contract has nothing at ${reference}.`);
  return resolve(contract, found);
}

/** The value under a key, or undefined for everything that has no keys. */
export function at(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null && Object.hasOwn(node, key)
    ? (node as Record<string, unknown>)[key]
    : undefined;
}

const methods = ["GET", "POST", "PATCH", "DELETE"] as const;

interface Place {
  path: string;
  method: ContractOperation["method"];
  item: unknown;
  node: unknown;
}

function readOperation(contract: object, { path, method, item, node }: Place): ContractOperation {
  const parameters = [...list(at(item, "parameters")), ...list(at(node, "parameters"))];
  const responses = object(at(node, "responses"));
  const successes = Object.keys(responses).filter((status) => /^[123]/.test(status));
  const takes = object(at(resolve(contract, at(node, "requestBody")), "content"));
  const json = at(takes, "application/json");
  return {
    id: at(node, "operationId") as OperationId, // createServer looks up a handler for it.
    method,
    path,
    parameters: parameters.map((parameter) => readParameter(resolve(contract, parameter))),
    takes: Object.keys(takes),
    bodySchema: json === undefined ? undefined : object(at(json, "schema")),
    waits: at(node, "x-waits") === true,
    takesBytes: "application/octet-stream" in takes,
    database: databaseNames.find((name) => name === at(node, "x-database")) ?? "chat_history",
    needsProcess: readNeed(at(node, "x-needs-process")),
    upgrades: successes.includes("101"),
  };
}

function readNeed(node: unknown): ProcessNeed {
  return { always: node === true, fields: list(at(node, "body")).map(String) };
}

function readParameter(node: unknown): Parameter {
  const { name, in: place, required, schema } = object(node);
  if (typeof name !== "string" || (place !== "path" && place !== "query" && place !== "header"))
    throw new Error(`The contract has a parameter that cannot be mounted: ${JSON.stringify(node)}.`);
  return { name, in: place, required: required === true, schema: object(schema) };
}

function list(node: unknown): unknown[] {
  return Array.isArray(node) ? node : [];
}

function object(node: unknown): Record<string, unknown> {
  return typeof node === "object" && node !== null ? (node as Record<string, unknown>) : {};
}
