import type { ErrorObject } from "ajv/dist/2020.js";
import type { ProblemError } from "../../errors.ts";

/** Further errors are left out, because nobody would read more. */
const errorsMax = 20;

/** Describes errors of ajv (with `verbose`): where, what was expected, what came. */
export function describeErrors(errors: readonly ErrorObject[]): ProblemError[] {
  const described = withoutUnions(errors).map((error) => ({
    pointer: pointerOf(error),
    detail: `${expected(error)}, ${received(error)}`,
  }));
  const unique = new Map(described.map((error) => [`${error.pointer} ${error.detail}`, error]));
  return [...unique.values()].slice(0, errorsMax);
}

/**
 * Drops errors that would distract. When a value matches no branch of a union, only the errors of its branches are kept, and
 * of these the type errors only when there is no other error. When a value has the wrong type, only that is kept.
 */
function withoutUnions(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = new Set(errors.filter(isUnion).map((error) => error.instancePath));
  const rest = errors.filter((error) => !isUnion(error));
  const isBranchType = (error: ErrorObject) => error.keyword === "type" && unions.has(error.instancePath);
  const hasOtherError = ({ instancePath }: ErrorObject) =>
    rest.some((error) => !isBranchType(error) && error.instancePath.startsWith(instancePath));
  const hasWrongType = (path: string) =>
    rest.some((error) => error.keyword === "type" && error.instancePath === path && !isBranchType(error));
  const kept = rest.filter((error) =>
    error.keyword === "type"
      ? !isBranchType(error) || !hasOtherError(error)
      : !hasWrongType(error.instancePath),
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

/** What the keyword counts. */
const units: Record<string, string> = {
  minLength: "character",
  maxLength: "character",
  minItems: "item",
  maxItems: "item",
  minProperties: "field",
  maxProperties: "field",
};

function expected({ keyword, params, schema, parentSchema }: ErrorObject): string {
  const { limit, comparison } = params as { limit?: unknown; comparison?: unknown };
  const unit = units[keyword];
  if (unit !== undefined)
    return `expected at ${keyword.startsWith("min") ? "least" : "most"} ${String(limit)} ${unit}${limit === 1 ? "" : "s"}`;
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
      return `expected text like ${exampleOf(parentSchema) ?? String(schema)}`;
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
      return `expected not to have ${((schema as { required?: string[] }).required ?? []).join(" and ")} together`;
    case "propertyNames":
      return "expected a name that the contract allows";
    default:
      return "expected a value that the contract allows";
  }
}

/** An example or a description helps a person more than the pattern does. */
function exampleOf(schema: object | undefined): string | undefined {
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

/** What came, shortened. A secret is never repeated. */
function received({ keyword, params, data, parentSchema }: ErrorObject): string {
  const named = params as Record<string, unknown>;
  if (keyword === "additionalProperties") return `got ${JSON.stringify(named["additionalProperty"])}`;
  if (keyword === "required" || keyword === "dependentRequired") return "got nothing";
  if (keyword === "discriminator") return `got ${describe(named["tagValue"])}`;
  const { writeOnly } = (parentSchema ?? {}) as { writeOnly?: boolean };
  if (writeOnly && typeof data === "string") return `got text of ${data.length} characters`;
  return `got ${describe(data)}`;
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return `an object of ${Object.keys(value).length} fields`;
  if (typeof value !== "string") return JSON.stringify(value);
  return value.length > 60 ? `text of ${value.length} characters` : JSON.stringify(value);
}
