import { ToolFailure, type ToolOutput } from "../tool.ts";
import type { Action } from "../action.ts";
import { defineTool } from "./definition/define-tool.ts";
import { failure, success } from "./definition/output.ts";
import { repeatedId } from "./definition/repeated-id.ts";

interface Question {
  id: string;
  question: string;
  header: string;
  options: { label: string; description: string }[];
  multiSelect?: boolean;
}

interface AskUserQuestionsInput {
  questions: Question[];
}

export const askUserQuestions = defineTool<AskUserQuestionsInput>(import.meta.url, {
  name: "askUserQuestions",
  effect: "pure",
  asks: "question",
  inputSchema: {
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
            id: { type: "string", minLength: 1, maxLength: 100, description: "Names the question; unique." },
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
  },
  subject: ({ questions }) => questions.map((question) => question.question).join("\n"),
  preview: async ({ questions }) => {
    const repeated = repeatedId(questions);
    if (repeated !== undefined) {
      throw new ToolFailure(`Nobody was asked: the id ${JSON.stringify(repeated)} belongs to two questions.`);
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
        `The user does not want to answer. Go on without, or ask something else.${reasonOf(decision)}`,
      );
    case "expired":
      return failure("Nobody answered in time. Decide what you can yourself and say what you assumed.");
    case "cancelled":
      return failure("The questions were withdrawn before anyone answered.");
    case "approved":
    case "pending":
    case undefined:
      return failure("The questions have no answer. Decide what you can yourself and say what you assumed.");
  }
}

function answered(questions: Question[], result: Record<string, unknown>): ToolOutput {
  const answers = Object.fromEntries(questions.map(({ id }) => [id, answerTo(result, id)]));
  const open = questions.filter(({ id }) => answers[id] === null).map(({ id }) => id);
  const missing = open.length > 0 ? ` Left open: ${open.join(", ")}.` : "";
  // What was said beside the questions, such as a remark, is the user's word too.
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
