import fc from "fast-check";
import { routes, type OperationId } from "../../packages/shared/src/index.ts";
import { at, bodyPointer, parameterPointers } from "../support/contract.ts";
import type { CallOptions, TestServer } from "../support/server/server.ts";

type Schema = Record<string, unknown>;

/** Makes an id of something that is there. By the name of its schema, such as `SessionId`. */
export type IdMakers = Record<string, () => Promise<string>>;

/** A request that succeeds, as the contract tells it: ids of things that are there, the example of the body, else the least. */
export async function exampleFromContract(
  operationId: OperationId,
  { ids, server }: { ids: IdMakers; server: TestServer },
): Promise<CallOptions> {
  const params: Record<string, string> = {};
  for (const { name, schema } of parametersOf(operationId, "path"))
    params[name] = await idOf(schema, { ids, server });
  const query = parametersOf(operationId, "query").filter(({ isRequired }) => isRequired);
  const pointer = bodyPointer(operationId);
  return {
    params,
    query: Object.fromEntries(query.map(({ name, schema }) => [name, least(schema)])),
    ...(pointer === undefined ? {} : { body: least({ $ref: `#${pointer}` }) }),
  };
}

/** Ids of the right form that belong to nothing, for those parameters of the path that are ids. */
export function unknownIds(operationId: OperationId): Record<string, string> {
  const found = parametersOf(operationId, "path").flatMap(({ name, schema }) => {
    const { pattern } = resolved(schema);
    const [, prefix] = /^\^([a-z]+_)\[/.exec(String(pattern)) ?? [];
    return prefix === undefined ? [] : [[name, `${prefix}${"7".repeat(26)}`]];
  });
  return Object.fromEntries(found) as Record<string, string>;
}

function parametersOf(operationId: OperationId, place: "path" | "query") {
  return parameterPointers(operationId, place).map(({ name, pointer, isRequired }) => ({
    name,
    isRequired,
    schema: schemaAt(pointer),
  }));
}

/** The id of something that is there; where nobody makes such things for tests, the operation that creates them does. */
async function idOf(schema: Schema, { ids, server }: { ids: IdMakers; server: TestServer }): Promise<string> {
  const name = nameOf(schema);
  const make = ids[name];
  if (make !== undefined) return make();
  const creator = creatorOf(name);
  if (creator === undefined) return String(least(schema));
  const created = await server.call(creator, await exampleFromContract(creator, { ids, server }));
  return (created.body as { id: string }).id;
}

/** The POST that needs no id itself and answers with an id of this kind. */
function creatorOf(name: string): OperationId | undefined {
  const operations = Object.keys(routes) as OperationId[];
  return operations.find((operationId) => {
    const { method, path } = routes[operationId];
    if (method !== "POST" || path.includes("{")) return false;
    const place = `/paths/${path.replaceAll("/", "~1")}/post/responses/201/content/application~1json/schema`;
    const { properties } = resolved({ $ref: `#${place}` });
    return nameOf(((properties ?? {}) as Schema)["id"] as Schema) === name;
  });
}

/** The first example of a schema, else the least that it allows: only what is required. */
function least(schema: Schema): unknown {
  const { examples, default: usual, enum: choices, oneOf, ...rest } = resolved(schema);
  const [first] = [...((examples ?? []) as unknown[]), ...((choices ?? []) as unknown[])];
  if (first !== undefined) return first;
  if (usual !== undefined) return usual;
  if ("const" in rest) return rest["const"];
  if (Array.isArray(oneOf)) return least(oneOf[0] as Schema);
  return leastOfType(rest);
}

function leastOfType(schema: Schema): unknown {
  switch ([schema["type"]].flat()[0]) {
    case "object": {
      const properties = (schema["properties"] ?? {}) as Record<string, Schema>;
      const required = (schema["required"] ?? []) as string[];
      return Object.fromEntries(required.map((name) => [name, least(properties[name] ?? {})]));
    }
    case "array":
      return [];
    case "string":
      return leastText(schema);
    case "integer":
    case "number":
      return schema["minimum"] ?? 1;
    case "boolean":
      return false;
    default:
      return null;
  }
}

function leastText({ pattern, minLength }: Schema): string {
  if (typeof pattern === "string" && pattern !== "\\S")
    return fc.sample(fc.stringMatching(new RegExp(pattern, "u")), { numRuns: 1, seed: 1 })[0] ?? "";
  return "x".repeat(Math.max(1, Number(minLength ?? 1)));
}

function nameOf(schema: Schema | undefined): string {
  const { $ref } = schema ?? {};
  return typeof $ref === "string" ? ($ref.split("/").at(-1) ?? "") : "";
}

/** Without following a reference. */
function schemaAt(pointer: string): Schema {
  const parent = at(pointer.slice(0, pointer.lastIndexOf("/"))) as Schema;
  return (parent["schema"] ?? {}) as Schema;
}

function resolved(schema: Schema): Schema {
  const { $ref } = schema;
  if (typeof $ref !== "string") return schema;
  const found = at($ref.slice(1));
  return typeof found === "object" && found !== null ? (found as Schema) : {};
}
