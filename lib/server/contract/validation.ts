import { Ajv2020, type Options, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { AppError } from "../../errors.ts";
import { at, type ContractOperation } from "./contract.ts";
import { absolute, parametersSchema, sharedSchemas } from "./schemas.ts";
import { describeErrors } from "./validation-errors.ts";

export interface RawParameters {
  path: unknown;
  query: unknown;
  header: unknown;
}

export interface Validation {
  /** Path, query and declared headers, converted to their types, defaults filled in. Throws invalid-request. */
  parameters(operation: ContractOperation, raw: RawParameters): Record<"path" | "query" | "header", object>;
  /** Throws invalid-request unless the value is a body of the operation. `bytes` is its size as it came. */
  body(operation: ContractOperation, value: unknown, bytes: number): void;
  /** The same for a frame of the WebSocket. */
  frame(value: unknown, bytes: number): void;
}

/** Up to this size all mistakes are told; of larger values only the first, since there could be millions. */
const explainedBytesMax = 64 * 1024;

/** Checks requests against the contract. A schema is compiled when it is first needed. */
export function createValidation(contract: object): Validation {
  const shared = once(() => sharedSchemas(contract));
  const strict = createValidators(shared, { allErrors: false });
  const explaining = createValidators(shared, { allErrors: true });
  const coercing = createValidators(shared, { allErrors: true, coerceTypes: true, useDefaults: true });

  const check = (name: string, schema: object, { value, bytes }: { value: unknown; bytes: number }) => {
    const validate = strict(name, () => absolute(schema));
    if (validate(value)) return;
    const explain = bytes <= explainedBytesMax ? explaining(name, () => absolute(schema)) : validate;
    explain(value);
    refuse(explain.errors, "body");
  };
  return {
    parameters: (operation, raw) => {
      const value = {
        path: { ...record(raw.path) },
        query: { ...record(raw.query) },
        header: pick(operation, raw.header),
      };
      if (operation.parameters.length === 0 && Object.keys(value.query).length === 0) return value;
      const validate = coercing(operation.id, () => parametersSchema(operation));
      if (!validate(value)) refuse(validate.errors, "parameter");
      return value;
    },
    body: ({ id, bodySchema }, value, bytes) => check(id, bodySchema ?? {}, { value, bytes }),
    frame: (value, bytes) => check("frame", frameSchema, { value, bytes }),
  };
}

const frameSchema = { $ref: "#/components/schemas/WebSocketRequest" };

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

type Validators = (name: string, schema: () => object) => ValidateFunction;

/** Validators by name, each compiled when it is first asked for. */
function createValidators(shared: () => object, options: Options): Validators {
  const ajv = once(() => {
    const made = new Ajv2020({
      ...options,
      strict: false, // `x-` words and `example` are the contract's right.
      validateSchema: false, // The contract lint has done it.
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
