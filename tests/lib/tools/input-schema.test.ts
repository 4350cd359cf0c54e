import { expectTypeOf, test } from "vitest";
import type { InputOf, InputSchema } from "../../../lib/tools/definition/input-schema.ts";

// The type check (`npm run types`) judges these claims: a wrong type does not compile.

const schema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "steps"],
  properties: {
    name: { type: "string", minLength: 1, description: "Any text." },
    count: { type: "integer", minimum: 1 },
    isLoud: { type: "boolean" },
    steps: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["status"],
        properties: { status: { type: "string", enum: ["open", "done"] } },
      },
    },
  },
} as const satisfies InputSchema;

type Input = InputOf<typeof schema>;

test("the type of an input follows from its schema", () => {
  expectTypeOf<Input>().toEqualTypeOf<{
    name: string;
    steps: { status: "open" | "done" }[];
    count?: number;
    isLoud?: boolean;
  }>();
});

test("the type of an input is not wider than its schema", () => {
  expectTypeOf<{ name: string; steps: [] }>().toExtend<Input>();
  expectTypeOf<{ name: string }>().not.toExtend<Input>();
  expectTypeOf<{ name: number; steps: [] }>().not.toExtend<Input>();
  expectTypeOf<{ name: string; steps: { status: "lost" }[] }>().not.toExtend<Input>();
});

test("a schema with a misspelled keyword, or one that leaves other fields open, does not compile", () => {
  const field = { type: "string", minLength: 1 } as const;
  expectTypeOf({ ...schema, properties: { field } }).toExtend<InputSchema>();
  expectTypeOf({ ...schema, additionalProperties: true }).not.toExtend<InputSchema>();
  // @ts-expect-error -- `minLenght` is no keyword.
  ({ ...schema, properties: { field: { type: "string", minLenght: 1 } } }) satisfies InputSchema;
});
