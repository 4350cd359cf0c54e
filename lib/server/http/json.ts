import type { FastifyInstance } from "fastify";
import { AppError } from "../../errors.ts";

/** Parses JSON. Throws AppError invalid-request for what is none and for what would poison a prototype. */
export type ParseJson = (text: string) => unknown;

/** Fastify's own parser, for REST and WebSocket alike. */
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
    if (result.error) throw unreadable(text, result.error);
    return result.value;
  };
}

function unreadable(text: string, cause: Error): AppError {
  const detail = isJson(text)
    ? "No field may be named `__proto__`, or `constructor` with a `prototype` in it."
    : "This is not valid JSON.";
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
