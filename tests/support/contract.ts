import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import contract from "../../packages/shared/src/contract.gen.json" with { type: "json" };
import { routes, type OperationId } from "../../packages/shared/src/index.ts";

/** An answer as it came over the wire. */
export interface Answered {
  status: number;
  headers: Record<string, string>;
  bytes: Buffer;
}

/** Throws, naming every difference, unless the answer is one that the contract documents for the operation. */
export function checkAnswer(operationId: OperationId, answer: Answered): void {
  const { status, headers, bytes } = answer;
  const what = `${operationId} ${status}`;
  if (!headers["x-request-id"]) fail(what, "it carries no X-Request-Id");
  const found = documentedResponses(operationId)[status];
  if (found === undefined) return fail(what, `the contract documents no such status: ${bytes.toString()}`);
  const { pointer, response } = located(found.pointer);
  checkHeaders(what, { pointer, response, headers });
  const content = children(response["content"]);
  const type = headers["content-type"]?.split(";", 1)[0]?.trim();
  if (Object.keys(content).length === 0) {
    if (bytes.length > 0) fail(what, "the contract documents no body, and one came");
    return;
  }
  if (type === undefined || !(type in content))
    return fail(what, `its type is ${type}; documented are ${Object.keys(content).join(", ")}`);
  if (!/\bjson$/.test(type)) return;
  check(what, `${pointer}/content/${escaped(type)}/schema`, JSON.parse(bytes.toString("utf8")));
}

/** Throws unless the value is an event of the log. */
export function checkEvent(value: unknown): void {
  const { type } = value as { type?: string };
  const mapping = contract.components.schemas.Event.discriminator.mapping as Record<string, string>;
  const pointer = mapping[String(type)];
  if (pointer === undefined) return fail("event", `no type ${type}`);
  check(`event ${type}`, pointer.slice(1), value);
}

/** Throws unless the value is what the stream of a session carries: an event, a snapshot or a gap. */
export function checkFrame(value: unknown): void {
  const { type } = value as { type?: string };
  if (type === "snapshot") return check("frame", schemaPointer("SnapshotFrame"), value);
  if (type === "gap") return check("frame", schemaPointer("GapFrame"), value);
  checkEvent(value);
}

/** Throws unless the value is what the server sends over the WebSocket. */
export function checkSocketFrame(value: unknown): void {
  const { type, event } = value as { type?: string; event?: unknown };
  if (type === "event") checkEvent(event);
  check(`socket frame ${type}`, schemaPointer("WebSocketFrame"), value);
}

/** Statuses that the contract documents for an operation, each with the place of its response. */
export function documentedResponses(operationId: OperationId): Record<string, { pointer: string }> {
  const { method, path } = routes[operationId];
  const pointer = `/paths/${escaped(path)}/${method.toLowerCase()}/responses`;
  const statuses = Object.keys(children(at(pointer)));
  return Object.fromEntries(statuses.map((status) => [status, { pointer: `${pointer}/${status}` }]));
}

/** The schema of a JSON request body, with every reference kept; undefined where there is none. */
export function bodyPointer(operationId: OperationId): string | undefined {
  const { method, path } = routes[operationId];
  const pointer = `/paths/${escaped(path)}/${method.toLowerCase()}/requestBody/content/application~1json/schema`;
  return Object.keys(children(at(pointer))).length > 0 ? pointer : undefined;
}

/** The schemas of the query parameters of an operation, by name. */
export function queryPointers(operationId: OperationId): Record<string, string> {
  return Object.fromEntries(
    parameterPointers(operationId, "query").map(({ name, pointer }) => [name, pointer]),
  );
}

export interface ParameterPointer {
  name: string;
  /** Of its schema. */
  pointer: string;
  isRequired: boolean;
}

/** The parameters of an operation and of its path in one place. */
export function parameterPointers(operationId: OperationId, place: "path" | "query"): ParameterPointer[] {
  const { method, path } = routes[operationId];
  const item = `/paths/${escaped(path)}`;
  const lists = [`${item}/parameters`, `${item}/${method.toLowerCase()}/parameters`];
  const all = lists.flatMap((list) =>
    Object.keys(children(at(list))).map((index) => located(`${list}/${index}`)),
  );
  return all
    .filter(({ response }) => response["in"] === place)
    .map(({ pointer, response }) => ({
      name: String(response["name"]),
      pointer: `${pointer}/schema`,
      isRequired: response["required"] === true,
    }));
}

/** The node of the contract that a pointer names, or that its `$ref` leads to. */
export function at(pointer: string): unknown {
  let node: unknown = contract;
  for (const part of pointer.split("/").slice(1)) {
    node = children(node)[part.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  const { $ref } = children(node);
  return typeof $ref === "string" ? at($ref.slice(1)) : node;
}

export function isOf(pointer: string, value: unknown): boolean {
  return validator(pointer)(value);
}

function located(pointer: string): { pointer: string; response: Record<string, unknown> } {
  let node: unknown = contract;
  for (const part of pointer.split("/").slice(1)) node = children(node)[part.replaceAll("~1", "/")];
  const { $ref } = children(node);
  return typeof $ref === "string" ? located($ref.slice(1)) : { pointer, response: children(node) };
}

function checkHeaders(
  what: string,
  {
    pointer,
    response,
    headers,
  }: { pointer: string; response: Record<string, unknown>; headers: Answered["headers"] },
): void {
  for (const name of Object.keys(children(response["headers"]))) {
    const value = headers[name.toLowerCase()];
    const declared = located(`${pointer}/headers/${escaped(name)}`);
    if (value === undefined && declared.response["required"] === false) continue;
    if (value === undefined) fail(what, `the header ${name} is missing`);
    const schema = `${declared.pointer}/schema`;
    const isNumber = children(at(schema))["type"] === "integer";
    check(`${what} ${name}`, schema, isNumber ? Number(value) : value);
  }
}

const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true })).addSchema(contract, "contract");
const validators = new Map<string, ValidateFunction>();

function validator(pointer: string): ValidateFunction {
  const known = validators.get(pointer);
  if (known) return known;
  const made = ajv.compile({ $ref: `contract#${pointer}` });
  validators.set(pointer, made);
  return made;
}

function check(what: string, pointer: string, value: unknown): void {
  const validate = validator(pointer);
  if (validate(value)) return;
  const mistakes = (validate.errors ?? [])
    .slice(0, 8)
    .map((error) => `${error.instancePath || "/"} ${error.message} ${JSON.stringify(error.params)}`);
  fail(what, `${mistakes.join("\n  ")}\n  came ${JSON.stringify(value).slice(0, 1500)}`);
}

function fail(what: string, why: string): void {
  throw new Error(`Off the contract: ${what}\n  ${why}`);
}

function schemaPointer(name: string): string {
  return `/components/schemas/${name}`;
}

function children(node: unknown): Record<string, unknown> {
  return typeof node === "object" && node !== null ? (node as Record<string, unknown>) : {};
}

function escaped(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}
