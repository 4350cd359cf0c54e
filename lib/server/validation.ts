import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { AppError } from "../errors.ts";
import { at, bodyPointer, type Operation } from "./contract.ts";
import { parametersSchema, taggedUnions } from "./schemas.ts";
import { describeErrors } from "./validation-errors.ts";

export interface RawParameters {
  path: unknown;
  query: unknown;
  header: unknown;
}

export interface Validation {
  /** Path, query and declared headers, converted to their types, defaults filled in. Throws invalid-request. */
  parameters(operation: Operation, raw: RawParameters): Record<"path" | "query" | "header", object>;
  /** Throws invalid-request unless the value is a body of the operation. `bytes` is its size as it came. */
  body(operation: Operation, value: unknown, bytes: number): void;
  /** The same for a frame of the WebSocket. */
  frame(value: unknown, bytes: number): void;
}

/** Up to this size all mistakes are told; of larger values only the first, since there could be millions. */
const explainedBytesMax = 64 * 1024;

/** Checks requests against the contract. A schema is compiled when it is first needed. */
export function createValidation(contract: object): Validation {
  const prepared = once(() => taggedUnions(contract));
  const ajv = once(() => createAjv(prepared(), { allErrors: false }));
  const explaining = once(() => createAjv(prepared(), { allErrors: true }));
  const coercing = once(() =>
    createAjv(prepared(), { allErrors: true, coerceTypes: true, useDefaults: true }),
  );
  const parameterValidators = new Map<string, ValidateFunction>();

  const check = (pointer: string, value: unknown, bytes: number) => {
    const schema = { $ref: `contract${pointer}` };
    const validate = compiled(ajv(), pointer, schema);
    if (validate(value)) return;
    const explain = bytes <= explainedBytesMax ? compiled(explaining(), pointer, schema) : validate;
    explain(value);
    refuse(explain.errors, "body");
  };
  return {
    parameters: (operation, raw) => {
      const known = parameterValidators.get(operation.id);
      const validate = known ?? coercing().compile(parametersSchema(operation));
      if (!known) parameterValidators.set(operation.id, validate);
      const value = {
        path: { ...record(raw.path) },
        query: { ...record(raw.query) },
        header: pick(operation, raw.header),
      };
      if (!validate(value)) refuse(validate.errors, "parameter");
      return value;
    },
    body: (operation, value, bytes) => check(bodyPointer(operation), value, bytes),
    frame: (value, bytes) => check("#/components/schemas/WebSocketRequest", value, bytes),
  };
}

type Errors = ValidateFunction["errors"];

function refuse(found: Errors, what: "parameter" | "body"): never {
  const told = describeErrors(found ?? []);
  const errors =
    what === "body" ? told : told.map((error) => ({ ...error, pointer: error.pointer.slice(1) }));
  const [first] = errors;
  const more = errors.length > 1 ? ` There are ${errors.length - 1} more mistakes.` : "";
  throw new AppError("invalid-request", `${first?.pointer || "The body"}: ${first?.detail ?? ""}.${more}`, {
    errors,
  });
}

function createAjv(
  contract: object,
  options: { allErrors: boolean; coerceTypes?: boolean; useDefaults?: boolean },
): Ajv2020 {
  const ajv = new Ajv2020({
    ...options,
    strict: false, // The document around the schemas is OpenAPI, and `x-` words are its right.
    validateSchema: false, // The contract lint has done it.
    meta: false,
    verbose: true,
    discriminator: true,
    logger: false,
  });
  formats.default(ajv, ["date-time", "uri", "uri-reference", "binary"]);
  ajv.addSchema({ ...contract, $id: "contract" });
  return ajv;
}

function compiled(ajv: Ajv2020, pointer: string, schema: object): ValidateFunction {
  const known = ajv.getSchema(pointer);
  if (known) return known;
  ajv.addSchema(schema, pointer);
  return ajv.getSchema(pointer) ?? ajv.compile(schema);
}

function pick({ parameters }: Operation, headers: unknown): Record<string, unknown> {
  const declared = parameters.filter((parameter) => parameter.in === "header");
  return Object.fromEntries(
    declared.flatMap(({ name }) => {
      const value = at(headers, name.toLowerCase());
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function record(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
