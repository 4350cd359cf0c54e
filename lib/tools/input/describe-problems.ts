import type { ErrorObject } from "ajv/dist/2020.js";
import { quote } from "./quote.ts";

const problemsMax = 10;

/** Validation errors for the model: where (a JSON pointer), what was expected, what was received. */
export function describeProblems(toolName: string, errors: readonly ErrorObject[]): string {
  const lines = errors.slice(0, problemsMax).map((error) => `- ${describe(error)}`);
  const left = errors.length - lines.length;
  if (left > 0) lines.push(`- and ${left} more`);
  return [`The input of ${toolName} does not match its schema:`, ...lines].join("\n");
}

function describe(error: ErrorObject): string {
  const { keyword, params, instancePath, data, parentSchema } = error;
  if (keyword === "required")
    return `${pointer(instancePath, params.missingProperty)}: is required but missing`;
  if (keyword === "additionalProperties") {
    const known = Object.keys(parentSchema?.properties ?? {}).join(", ");
    return `${pointer(instancePath, params.additionalProperty)}: is not a field; expected only ${known}`;
  }
  return `${instancePath || "/"}: expected ${expected(error)}, got ${quote(data)}`;
}

function expected({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case "type":
      return `${params.type}`;
    case "enum":
      return `one of ${params.allowedValues.map((value: unknown) => JSON.stringify(value)).join(", ")}`;
    case "minLength":
      return `at least ${counted(params.limit, "character")}`;
    case "maxLength":
      return `at most ${counted(params.limit, "character")}`;
    case "minItems":
      return `at least ${counted(params.limit, "item")}`;
    case "maxItems":
      return `at most ${counted(params.limit, "item")}`;
    case "minimum":
      return `at least ${params.limit}`;
    case "maximum":
      return `at most ${params.limit}`;
    default:
      return message ?? keyword;
  }
}

function pointer(path: string, name: string): string {
  return `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1").slice(0, 100)}`;
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
