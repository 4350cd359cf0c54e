import { at, resolve, type ContractOperation } from "./contract.ts";

/**
 * The named schemas of the contract, under the id `contract` to which references lead. A union whose branches differ in their
 * `type` gets a discriminator, so that ajv reports only errors of the branch that was meant; ajv does not support `mapping`.
 */
export function sharedSchemas(contract: object): object {
  const schemas = at(at(contract, "components"), "schemas");
  return { $id: "contract", components: { schemas: taggedUnions(contract, schemas) } };
}

/** A part of the contract as a schema of its own. Its references still lead into the contract. */
export function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"contract#/')) as object;
}

/** The schema of all parameters of an operation: an object with `path`, `query` and `header`. */
export function parametersSchema({ parameters }: ContractOperation): object {
  const part = (location: string) => {
    const own = parameters.filter((parameter) => parameter.in === location);
    return {
      type: "object",
      additionalProperties: false,
      properties: Object.fromEntries(own.map(({ name, schema }) => [name, absolute(schema)])),
      required: own.filter(({ required }) => required).map(({ name }) => name),
    };
  };
  return { type: "object", properties: { path: part("path"), query: part("query"), header: part("header") } };
}

function taggedUnions(contract: object, schemas: unknown): unknown {
  return JSON.parse(JSON.stringify(schemas), (key, value: unknown) => {
    if (key === "discriminator") return undefined;
    const branches = at(value, "oneOf");
    if (!Array.isArray(branches)) return value;
    const tags = branches.map((branch) =>
      at(at(at(resolve(contract, branch), "properties"), "type"), "const"),
    );
    const isTagged = tags.every((tag) => typeof tag === "string");
    return isTagged
      ? {
          ...(value as object),
          type: "object",
          required: ["type"],
          discriminator: { propertyName: "type", tags },
        }
      : value;
  });
}
