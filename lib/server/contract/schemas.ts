import { at, resolve, type ContractOperation } from "./contract.ts";

/** The named schemas of the contract under the id `contract`, where references look for them. Unions are marked by the `type` of their branches, so that ajv speaks of the branch that is meant; it knows no `mapping`. */
export function sharedSchemas(contract: object): object {
  const schemas = at(at(contract, "components"), "schemas");
  return { $id: "contract", components: { schemas: taggedUnions(contract, schemas) } };
}

/** A schema that is taken out of the contract, with references that still lead into it. */
export function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"contract#/')) as object;
}

/** The parameters of an operation as one object of three; it refers to the contract by the id `contract`. */
export function parametersSchema({ parameters }: ContractOperation): object {
  const part = (place: string) => {
    const own = parameters.filter((parameter) => parameter.in === place);
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
