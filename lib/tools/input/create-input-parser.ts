import type { ValidateFunction } from "ajv/dist/2020.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Tool, Toolbox } from "../../tool.ts";
import { describeProblems } from "./describe-problems.ts";
import { quote } from "./quote.ts";
import { unwrapJsonText } from "./unwrap-json-text.ts";

/** Checks input against the schema of its tool. Each schema is compiled when its tool is first used. */
export function createInputParser(tools: ReadonlyMap<string, Tool>): Toolbox["parse"] {
  let ajv: Ajv2020 | undefined;
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (tool: Tool) => {
    ajv ??= new Ajv2020({ strict: true, strictRequired: true, allErrors: true, verbose: true });
    const validate = validators.get(tool.name) ?? ajv.compile(tool.inputSchema);
    validators.set(tool.name, validate);
    return validate;
  };
  return (name, given) => {
    const tool = tools.get(name);
    if (!tool) return { problem: unknownTool(name, [...tools.keys()]) };
    const read = typeof given === "string" ? readJson(given) : { value: given };
    if ("problem" in read) return { problem: `The input of ${name} ${read.problem}` };
    const input = unwrapJsonText(tool.inputSchema, read.value);
    const validate = validatorOf(tool);
    if (!validate(input)) return { problem: describeProblems(name, validate.errors ?? []) };
    return { input: isRecord(input) ? input : {} };
  };
}

function unknownTool(name: string, known: string[]): string {
  return `There is no tool ${quote(name)}. The tools are: ${known.join(", ")}.`;
}

/** Some models encode their input as JSON twice; the second encoding is undone. */
function readJson(text: string): { value: unknown } | { problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    return { value: typeof value === "string" ? JSON.parse(value) : value };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\s+/g, " ").slice(0, 200) : "unreadable";
    return {
      problem: `must be one JSON object, but it is not valid JSON (${why}). Received: ${quote(text)}`,
    };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
