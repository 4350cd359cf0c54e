import type { FastifyInstance } from "fastify";

/** Parses JSON, and throws for what is none or would poison a prototype. */
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
    if (result.error) throw result.error;
    return result.value;
  };
}
