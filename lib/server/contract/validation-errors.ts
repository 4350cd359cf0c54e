import type { ErrorObject } from "ajv/dist/2020.js";
import type { ProblemError } from "../../errors.ts";

/** Told at most; nobody reads more. */
const errorsMax = 20;

/** Errors of ajv (in its `verbose` form) in words: where, what was expected, what came. */
export function describeErrors(errors: readonly ErrorObject[]): ProblemError[] {
  const told = withoutUnions(errors).map((error) => ({
    pointer: pointerOf(error),
    detail: `${expected(error)}, ${came(error)}`,
  }));
  const unique = new Map(told.map((error) => [`${error.pointer} ${error.detail}`, error]));
  return [...unique.values()].slice(0, errorsMax);
}

/**
 * Of a value that fits no branch of a union the branches speak, and those that want another type only if all do. Of a
 * value of the wrong type nothing else is told.
 */
function withoutUnions(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = new Set(errors.filter(isUnion).map((error) => error.instancePath));
  const rest = errors.filter((error) => !isUnion(error));
  const isOfUnion = (error: ErrorObject) => error.keyword === "type" && unions.has(error.instancePath);
  const isExplained = ({ instancePath }: ErrorObject) =>
    rest.some((error) => !isOfUnion(error) && error.instancePath.startsWith(instancePath));
  const hasWrongType = (path: string) =>
    rest.some((error) => error.keyword === "type" && error.instancePath === path && !isOfUnion(error));
  const kept = rest.filter((error) =>
    error.keyword === "type" ? !isOfUnion(error) || !isExplained(error) : !hasWrongType(error.instancePath),
  );
  return kept.length > 0 ? kept : errors;
}

function isUnion({ keyword }: ErrorObject): boolean {
  return keyword === "oneOf" || keyword === "anyOf";
}

function pointerOf({ instancePath, keyword, params }: ErrorObject): string {
  const named = params as Record<string, unknown>;
  const name = {
    additionalProperties: named["additionalProperty"],
    required: named["missingProperty"],
    dependentRequired: named["missingProperty"],
    propertyNames: named["propertyName"],
    discriminator: named["tag"],
  }[keyword];
  return typeof name === "string"
    ? `${instancePath}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`
    : instancePath;
}

const bounds: Record<string, string> = {
  minLength: "characters at least",
  maxLength: "characters at most",
  minItems: "items at least",
  maxItems: "items at most",
  minProperties: "fields at least",
  maxProperties: "fields at most",
};

function expected({ keyword, params, schema, parentSchema }: ErrorObject): string {
  const { limit, comparison } = params as { limit?: unknown; comparison?: unknown };
  if (bounds[keyword]) return `expected ${String(limit)} ${bounds[keyword]}`;
  switch (keyword) {
    case "type":
      return `expected ${[schema].flat().join(" or ")}`;
    case "enum":
    case "const":
      return `expected ${[schema]
        .flat()
        .map((value) => JSON.stringify(value))
        .join(" or ")}`;
    case "discriminator":
      return `expected ${tags(parentSchema).join(" or ")}`;
    case "pattern":
      return `expected text like ${likeness(parentSchema) ?? String(schema)}`;
    case "format":
      return `expected text in the form ${String(schema)}`;
    case "minimum":
    case "maximum":
      return `expected a number ${String(comparison)} ${String(limit)}`;
    case "additionalProperties":
      return `expected ${fields(parentSchema)}`;
    case "required":
    case "dependentRequired":
      return "expected a value";
    case "not":
      return `expected not ${((schema as { required?: string[] }).required ?? []).join(" and ")} at once`;
    case "propertyNames":
      return "expected another name";
    default:
      return "expected what the contract says";
  }
}

/** An example says more to a person than a pattern, and so does what the contract says about it. */
function likeness(schema: object | undefined): string | undefined {
  const { examples, description } = (schema ?? {}) as { examples?: unknown[]; description?: string };
  return examples?.map(String)[0] ?? description?.trim().replaceAll(/\s+/g, " ");
}

function fields(schema: object | undefined): string {
  const { properties } = (schema ?? {}) as { properties?: object };
  const names = Object.keys(properties ?? {});
  return names.length > 0 ? `only ${names.join(", ")}` : "nothing";
}

function tags(schema: object | undefined): string[] {
  const { discriminator } = (schema ?? {}) as { discriminator?: { propertyName?: string; tags?: string[] } };
  return (discriminator?.tags ?? ["one of the types of the contract"]).map((tag) => JSON.stringify(tag));
}

/** What came, short; a secret is never said back. */
function came({ keyword, params, data, parentSchema }: ErrorObject): string {
  const named = params as Record<string, unknown>;
  if (keyword === "additionalProperties") return `came ${JSON.stringify(named["additionalProperty"])}`;
  if (keyword === "required" || keyword === "dependentRequired") return "came nothing";
  if (keyword === "discriminator") return `came ${describe(named["tagValue"])}`;
  const { writeOnly } = (parentSchema ?? {}) as { writeOnly?: boolean };
  if (writeOnly && typeof data === "string") return `came text of ${data.length} characters`;
  return `came ${describe(data)}`;
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return `an object of ${Object.keys(value).length} fields`;
  if (typeof value !== "string") return JSON.stringify(value);
  return value.length > 60 ? `text of ${value.length} characters` : JSON.stringify(value);
}
