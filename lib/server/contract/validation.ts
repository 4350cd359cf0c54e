import { Ajv2020, type Options, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { AppError } from "../../errors.ts";
import type { ContractOperation } from "./contract.ts";
import { absolute, parametersSchema, sharedSchemas } from "./schemas.ts";
import { describeErrors } from "./validation-errors.ts";

export interface RawParameters {
  path: unknown;
  query: unknown;
  header: unknown;
}

export interface Validation {
  /** Path, query and declared headers, converted to their types and with defaults. Throws invalid-request. */
  parameters(operation: ContractOperation, raw: RawParameters): Record<"path" | "query" | "header", object>;
  /** Throws invalid-request when the value is not a valid body of the operation. `bytes` is its size as it arrived. */
  body(operation: ContractOperation, value: unknown, bytes: number): void;
  /** The same for a WebSocket frame. */
  frame(value: unknown, bytes: number): void;
}

/** Up to this size all errors are reported. For a larger value only the first is, because there could be millions. */
const explainedBytesMax = 64 * 1024;

/** Checks requests against the contract. Each schema is compiled when it is first needed. */
export function createValidation(contract: object): Validation {
  const shared = once(() => sharedSchemas(contract));
  const context: ValidationContext = {
    strict: createValidators(shared, { allErrors: false }),
    explaining: createValidators(shared, { allErrors: true }),
    coercing: createValidators(shared, { allErrors: true, coerceTypes: true, useDefaults: true }),
  };
  return {
    parameters: (operation, raw) => readParameters(context, operation, raw),
    body: ({ id, bodySchema }, value, bytes) =>
      check(context, { name: id, schema: bodySchema ?? {} }, { value, bytes }),
    frame: (value, bytes) => check(context, { name: "frame", schema: frameSchema }, { value, bytes }),
  };
}

const frameSchema = { $ref: "#/components/schemas/WebSocketRequest" };

interface ValidationContext {
  /** For bodies and frames: stops at the first error. */
  strict: Validators;
  /** For those that failed: finds all errors. */
  explaining: Validators;
  /** For parameters: converts text to the type of the schema. */
  coercing: Validators;
}

function readParameters({ coercing }: ValidationContext, operation: ContractOperation, raw: RawParameters) {
  const value = {
    path: { ...record(raw.path) },
    query: { ...record(raw.query) },
    header: pick(operation, raw.header),
  };
  if (operation.parameters.length === 0 && Object.keys(value.query).length === 0) return value;
  const validate = coercing(operation.id, () => parametersSchema(operation));
  if (!validate(value)) refuse(validate.errors, "parameter");
  return value;
}

function check(
  { strict, explaining }: ValidationContext,
  { name, schema }: { name: string; schema: object },
  { value, bytes }: { value: unknown; bytes: number },
): void {
  const validate = strict(name, () => absolute(schema));
  if (validate(value)) return;
  const explain = bytes <= explainedBytesMax ? explaining(name, () => absolute(schema)) : validate;
  explain(value);
  refuse(explain.errors, "body");
}

type Errors = ValidateFunction["errors"];

function refuse(found: Errors, what: "parameter" | "body"): never {
  const described = describeErrors(found ?? []);
  const errors =
    what === "body" ? described : described.map((error) => ({ ...error, pointer: error.pointer.slice(1) }));
  const [first] = errors;
  const more = errors.length > 1 ? ` There are ${errors.length - 1} more mistakes.` : "";
  throw new AppError("invalid-request", `${first?.pointer || "The body"}: ${first?.detail ?? ""}.${more}`, {
    errors,
  });
}

type Validators = (name: string, schema: () => object) => ValidateFunction;

/** Validators by name. Each is compiled when it is first needed. */
function createValidators(shared: () => object, options: Options): Validators {
  const ajv = once(() => {
    const made = new Ajv2020({
      ...options,
      strict: false, // The contract may use `x-` keywords and `example`.
      validateSchema: false, // The contract lint checks the schemas.
      meta: false,
      verbose: true,
      discriminator: true,
      logger: false,
    });
    formats.default(made, ["date-time", "uri", "uri-reference", "binary"]);
    return made.addSchema(shared());
  });
  const compiled = new Map<string, ValidateFunction>();
  return (name, schema) => {
    const validate = compiled.get(name) ?? ajv().compile(schema());
    compiled.set(name, validate);
    return validate;
  };
}

function pick({ parameters }: ContractOperation, headers: unknown): Record<string, unknown> {
  const given: Record<string, unknown> = { ...record(headers) };
  const declared = parameters.filter((parameter) => parameter.in === "header");
  return Object.fromEntries(
    declared.flatMap(({ name }) => {
      const value = given[name.toLowerCase()];
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
