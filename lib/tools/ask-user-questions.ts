import { ToolFailure, type ToolOutput } from "../tool.ts";
import type { Action } from "../action.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputOf, InputSchema } from "./definition/input-schema.ts";
import { failure, success } from "./definition/output.ts";
import { repeatedId } from "./definition/repeated-id.ts";

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["questions"],
  properties: {
    questions: {
      type: "array",
      minItems: 1,
      maxItems: 4,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["id", "question", "header", "options"],
        properties: {
          id: {
            type: "string",
            minLength: 1,
            maxLength: 100,
            description: "Identifies the question; unique.",
          },
          question: { type: "string", minLength: 1, maxLength: 2000, description: "The whole question." },
          header: { type: "string", minLength: 1, maxLength: 20, description: "A short label for it." },
          options: {
            type: "array",
            minItems: 2,
            maxItems: 5,
            items: {
              type: "object",
              additionalProperties: false,
              required: ["label", "description"],
              properties: {
                label: { type: "string", minLength: 1, maxLength: 200 },
                description: { type: "string", maxLength: 2000, description: "What choosing it means." },
              },
            },
          },
          multiSelect: { type: "boolean", description: "Whether several may be chosen. Default false." },
        },
      },
    },
  },
} as const satisfies InputSchema;

type Question = InputOf<typeof inputSchema>["questions"][number];

export const askUserQuestions = defineTool(import.meta.url, {
  name: "askUserQuestions",
  effect: "pure",
  asks: "question",
  inputSchema,
  subject: ({ questions }) => questions.map((question) => question.question).join("\n"),
  preview: async ({ questions }) => {
    const repeated = repeatedId(questions);
    if (repeated !== undefined) {
      throw new ToolFailure(
        `The questions were not shown to the user: two of them have the id ${JSON.stringify(repeated)}. Give each its own id.`,
      );
    }
    return { preview: null, revision: "" };
  },
  run: async ({ questions }, { decision }) => outputOf(questions, decision),
});

function outputOf(questions: Question[], decision: Action | null): ToolOutput {
  switch (decision?.state) {
    case "answered":
      return answered(questions, decision.result ?? {});
    case "rejected":
      return failure(
        `The user declined to answer. Continue without an answer, or ask something else.${reasonOf(decision)}`,
      );
    case "expired":
      return failure(
        "The user did not answer in time. Decide what you can yourself and state what you assumed.",
      );
    case "cancelled":
      return failure("The questions were withdrawn before the user answered.");
    case "approved":
    case "pending":
    case undefined:
      return failure(
        "The questions have no answer. Decide what you can yourself and state what you assumed.",
      );
  }
}

function answered(questions: Question[], result: Record<string, unknown>): ToolOutput {
  const answers = Object.fromEntries(questions.map(({ id }) => [id, answerTo(result, id)]));
  const open = questions.filter(({ id }) => answers[id] === null).map(({ id }) => id);
  const missing = open.length > 0 ? ` Not answered: ${open.join(", ")}.` : "";
  // The user may answer under other ids too, for example with a remark.
  const others = Object.entries(result).filter(([id]) => !Object.hasOwn(answers, id));
  const remarks = others.length > 0 ? { remarks: Object.fromEntries(others) } : {};
  return success(`The user answered.${missing}`, { answers, ...remarks });
}

function answerTo(result: Record<string, unknown>, id: string): unknown {
  return (Object.hasOwn(result, id) ? result[id] : null) ?? null;
}

function reasonOf({ reason }: Action): string {
  return reason ? ` Reason: ${reason}` : "";
}
