import type { OperationId } from "../../ports/handler.ts";
import { databaseNames, type DatabaseName } from "../../database-name.ts";

/** One operation of the contract, reduced to what the server needs to serve it. */
export interface ContractOperation {
  id: OperationId;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With parameters in braces: `/v1/sessions/{sessionId}`. */
  path: string;
  parameters: readonly Parameter[];
  /** Media types of its body; empty when it has no body. */
  takes: readonly string[];
  /** Schema of its JSON body. */
  bodySchema: object | undefined;
  /** Whether it waits for something outside the databases before it makes its change (`x-waits`). */
  waits: boolean;
  /** Whether its body is a stream of bytes. */
  takesBytes: boolean;
  /** The database that it changes (`x-database`). */
  database: DatabaseName;
  /** When its work goes on after the answer, so that it needs the always-on server (`x-needs-process`). */
  needsProcess: ProcessNeed;
  /** Whether it answers 101 and switches to WebSocket. */
  upgrades: boolean;
}

export interface ProcessNeed {
  /** For every request. */
  always: boolean;
  /** Only for a body with one of these fields. */
  fields: readonly string[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: object;
}

/** The operations of a bundled contract. Throws an Error when the document cannot be served. */
export function readOperations(contract: object): ContractOperation[] {
  const paths = object(at(contract, "paths"));
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const node = at(item, method.toLowerCase());
      return node === undefined ? [] : [readOperation(contract, { path, method, item, node })];
    }),
  );
}

/** Follows references inside the document until the node is not a reference. Throws an Error when one leads nowhere. */
export function resolve(contract: object, node: unknown): unknown {
  const reference = at(node, "$ref");
  if (typeof reference !== "string") return node;
  const steps = reference.split("/").slice(1);
  const found = steps.reduce<unknown>(
    (parent, step) => at(parent, step.replaceAll("~1", "/").replaceAll("~0", "~")),
    contract,
  );
  if (found === undefined) throw new Error(`The contract refers to ${reference}, which it does not have.`);
  return resolve(contract, found);
}

/** The value under a key; undefined when the node is not an object or does not have the key. */
export function at(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null && Object.hasOwn(node, key)
    ? (node as Record<string, unknown>)[key]
    : undefined;
}

const methods = ["GET", "POST", "PATCH", "DELETE"] as const;

interface OperationNode {
  path: string;
  method: ContractOperation["method"];
  item: unknown;
  node: unknown;
}

function readOperation(contract: object, { path, method, item, node }: OperationNode): ContractOperation {
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
  const { name, in: location, required, schema } = object(node);
  if (typeof name !== "string" || (location !== "path" && location !== "query" && location !== "header"))
    throw new Error(
      `The contract has an invalid parameter. Expected a name and path, query or header in: ${JSON.stringify(node)}.`,
    );
  return { name, in: location, required: required === true, schema: object(schema) };
}

function list(node: unknown): unknown[] {
  return Array.isArray(node) ? node : [];
}

function object(node: unknown): Record<string, unknown> {
  return typeof node === "object" && node !== null ? (node as Record<string, unknown>) : {};
}
