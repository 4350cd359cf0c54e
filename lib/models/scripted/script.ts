import type { HistoryMessage } from "../../message.ts";
import { textOf } from "../../message.ts";
import { type ModelEvent, ModelError, type ModelFailure } from "../../model.ts";
import { asArray, asRecord } from "../wires/records.ts";

/** One answer of the scripted model. */
export interface ScriptStep {
  reasoning?: string;
  text?: string;
  /** Number of tokens of filler text after `text`. */
  tokens?: number;
  /** As fast as possible when absent. */
  tokensPerSecond?: number;
  /** A string as input is sent unchanged, whether it is JSON or not. */
  toolCalls?: { toolName: string; input: unknown }[];
  fail?: ScriptFailure;
  /** Before the first token. */
  delayMs?: number;
  finish?: Extract<ModelEvent, { type: "finish" }>["reason"];
}

export interface ScriptFailure {
  failure: ModelFailure;
  message?: string;
  retryAfterMs?: number;
  /** Tokens sent before the failure. */
  afterTokens?: number;
  /** How many attempts fail; all of them when absent. */
  times?: number;
}

/** A script, the message that contains it, and how many of its steps were played. */
export interface FoundScript {
  steps: ScriptStep[];
  messageId: string;
  played: number;
}

/**
 * Finds the newest message of the user with a fenced block (```json or ```script) that is a script: an object with
 * `steps`. Throws a ModelError (refused) when there is none, or when it is not valid.
 */
export function findScript(history: readonly HistoryMessage[]): FoundScript {
  for (let index = history.length - 1; index >= 0; index--) {
    const message = history[index]?.message;
    const block =
      message?.role === "user" ? /```(?:json|script)\s*\n([\s\S]*?)```/.exec(textOf(message.content)) : null;
    if (message === undefined || block === null) continue;
    const later = history.slice(index + 1).filter((entry) => entry.message.role === "assistant");
    return { steps: parseSteps(block[1] ?? ""), messageId: message.id, played: later.length };
  }
  throw refused('No message contains a script. Expected a block ```json with { "steps": [ ... ] }.');
}

function parseSteps(text: string): ScriptStep[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw refused(`The script is not JSON: ${error instanceof Error ? error.message : ""}`);
  }
  const steps = asRecord(parsed)["steps"];
  if (!Array.isArray(steps) || steps.length > 1000)
    throw refused("`steps` should be a list of at most 1000 steps.");
  return steps.map((step, index) => checkedStep(step, `steps[${index}]`));
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === "string";
const isCount: Check = (value) => typeof value === "number" && value >= 0 && value <= 10_000_000;
const failures: ModelFailure[] = [
  ...(["rate-limited", "overloaded", "network", "timeout"] as const),
  ...(["context-overflow", "unauthorized", "refused", "malformed"] as const),
];

const stepFields: Record<keyof ScriptStep, Check> = {
  reasoning: isText,
  text: isText,
  tokens: isCount,
  tokensPerSecond: (value) => isCount(value) && value !== 0,
  toolCalls: (value) =>
    Array.isArray(value) && asArray(value).every((call) => isText(asRecord(call)["toolName"])),
  fail: (value) => failures.includes(asRecord(value)["failure"] as ModelFailure),
  delayMs: isCount,
  finish: (value) => ["stop", "length", "tool-calls", "content-filter", "other"].includes(String(value)),
};
const failFields: Record<keyof ScriptFailure, Check> = {
  failure: isText,
  message: isText,
  retryAfterMs: isCount,
  afterTokens: isCount,
  times: isCount,
};

function checkedStep(value: unknown, path: string): ScriptStep {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refused(`${path} should be an object.`);
  check(asRecord(value), stepFields, path);
  check(asRecord(asRecord(value)["fail"]), failFields, `${path}.fail`);
  return value; // Every field was checked.
}

function check(value: Record<string, unknown>, fields: Record<string, Check>, path: string): void {
  for (const [name, content] of Object.entries(value)) {
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (known === undefined)
      throw refused(`${path}.${name} is unknown. Known fields: ${Object.keys(fields).join(", ")}.`);
    if (!known(content))
      throw refused(`${path}.${name} has an unexpected value: ${JSON.stringify(content)?.slice(0, 100)}.`);
  }
}

function refused(message: string): ModelError {
  return new ModelError("refused", message);
}
