import { deref, type Body, type Contract, type Operation, type Parameter } from "./contract.ts";

/** What the client needs to send one operation. */
export interface Route {
  method: string;
  path: string;
  pathParams: string[];
  queryParams: string[];
  headerParams: string[];
  requestContentTypes: string[];
  successContentTypes: string[];
}
export interface NamedRoute {
  operationId: string;
  tag: string;
  route: Route;
  responses: NonNullable<Operation["responses"]>;
}

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** Every operation of the contract, in the order of the document. */
export function operationsOf(contract: Contract): NamedRoute[] {
  return Object.entries(contract.paths).flatMap(([path, item]) =>
    methods
      .filter((method) => method in item)
      .map((method) => namedRoute(contract, path, method, item as PathItem)),
  );
}

/** Nothing can be generated for an operation. `keys` lead to it in openapi.yaml. */
export class IncompleteOperation extends Error {
  readonly keys: readonly string[];

  constructor(message: string, keys: readonly string[]) {
    super(message);
    this.keys = keys;
  }
}

type PathItem = Record<string, Operation> & { parameters?: Operation["parameters"] };

function namedRoute(contract: Contract, path: string, method: string, item: PathItem): NamedRoute {
  const operation: Operation = item[method] ?? {};
  const place = `${method.toUpperCase()} ${path}`;
  const keys = ["paths", path, method];
  if (!operation.operationId)
    throw new IncompleteOperation(`${place} has no operationId; it names the handler and its test`, keys);
  const tag = operation.tags?.[0];
  if (!tag)
    throw new IncompleteOperation(`${place} has no tag; its first tag names the handler's folder`, keys);
  const parameters = parametersOf(contract, item, operation);
  const named = (where: Parameter["in"]) => parameters.filter((p) => p.in === where).map((p) => p.name);
  const route = {
    method: method.toUpperCase(),
    path,
    pathParams: named("path"),
    queryParams: named("query"),
    headerParams: named("header"),
    requestContentTypes: contentTypes(contract, operation.requestBody ? [operation.requestBody] : []),
    successContentTypes: contentTypes(contract, successes(operation)),
  };
  return { operationId: operation.operationId, tag, route, responses: operation.responses ?? {} };
}

/** An operation's own parameter replaces one of the path with the same name and place. */
function parametersOf(contract: Contract, item: PathItem, operation: Operation): Parameter[] {
  const declared = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
  const byPlace = declared.map((p) => deref(contract, p)).map((p) => [`${p.in} ${p.name}`, p] as const);
  return [...new Map(byPlace).values()];
}

function successes(operation: Operation): (Body | { $ref: string })[] {
  const responses = Object.entries(operation.responses ?? {});
  return responses.filter(([status]) => status.startsWith("2")).map(([, response]) => response);
}

function contentTypes(contract: Contract, bodies: (Body | { $ref: string })[]): string[] {
  return [...new Set(bodies.flatMap((body) => Object.keys(deref(contract, body).content ?? {})))];
}

export function routesModule(operations: NamedRoute[]): string {
  const routes = operations.map(({ operationId, route }) => `${operationId}: ${JSON.stringify(route)},`);
  return `${note}export const routes = {\n${routes.join("\n")}\n} as const;

export type OperationId = keyof typeof routes;\n`;
}

/** Static imports: a missing or extra handler fails the type check, and a bundler sees every file. */
export function registryModule(operations: NamedRoute[]): string {
  const imports = operations.map(
    ({ operationId, tag }) => `import { ${operationId} } from "./${tag}/${operationId}.ts";`,
  );
  return `${note}import type { Handlers } from "../lib/ports/handler.ts";
${imports.join("\n")}

export const registry: Handlers = { ${operations.map(({ operationId }) => operationId).join(", ")} };\n`;
}

const note = "// Generated from openapi.yaml by `npm run generate`; edit that instead.\n";
