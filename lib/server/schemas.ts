import { at, resolve, type Operation } from "./contract.ts";

/** Tells ajv which branch of a union is meant, so that its errors speak of that branch only; it knows no `mapping`. */
export function taggedUnions(contract: object): object {
  return JSON.parse(JSON.stringify(contract), (key, value: unknown) => {
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
  }) as object;
}

/** The parameters of an operation as one object of three; it refers to the contract by the id `contract`. */
export function parametersSchema({ parameters }: Operation): object {
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

/** References of a schema that is taken out of the document. */
function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"contract#/')) as object;
}
