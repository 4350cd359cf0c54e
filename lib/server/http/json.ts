import type { FastifyInstance } from "fastify";
import { AppError } from "../../errors.ts";

/** Parses JSON. Throws AppError invalid-request for invalid JSON and for fields that would pollute a prototype. */
export type ParseJson = (text: string) => unknown;

/** Fastify's own parser, for both REST and WebSocket. */
export function createJsonParser(app: FastifyInstance): ParseJson {
  const parse = app.getDefaultJsonParser("error", "error") as (
    request: unknown,
    text: string,
    done: (error: Error | null, value?: unknown) => void,
  ) => void;
  return (text) => {
    let result: { error: Error | null; value?: unknown } = { error: null };
    parse(undefined, text, (error, value) => {
      result = { error, value };
    });
    if (result.error) throw parseError(text, result.error);
    return result.value;
  };
}

function parseError(text: string, cause: Error): AppError {
  const detail = isJson(text)
    ? "No field may be named `__proto__`, or `constructor` with a `prototype` in it."
    : "Expected JSON; what came is not valid JSON.";
  return new AppError("invalid-request", detail, { cause });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
