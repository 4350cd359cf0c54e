import { ToolFailure } from "../tool.ts";
import { defineTool } from "./definition/define-tool.ts";
import type { InputOf, InputSchema } from "./definition/input-schema.ts";
import { success } from "./definition/output.ts";
import { repeatedId } from "./definition/repeated-id.ts";

const inputSchema = {
  type: "object",
  additionalProperties: false,
  required: ["todos"],
  properties: {
    todos: {
      type: "array",
      maxItems: 100,
      description: "The whole list; it replaces the previous one.",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["id", "content", "status"],
        properties: {
          id: {
            type: "string",
            minLength: 1,
            maxLength: 100,
            description: "Identifies the step; unique in the list.",
          },
          content: { type: "string", minLength: 1, maxLength: 2000, description: "What is to be done." },
          status: { type: "string", enum: ["pending", "in_progress", "completed"] },
        },
      },
    },
  },
} as const satisfies InputSchema;

type Todo = InputOf<typeof inputSchema>["todos"][number];

export const todoWrite = defineTool(import.meta.url, {
  name: "todoWrite",
  effect: "pure",
  asks: "never",
  inputSchema,
  subject: () => "todos",
  run: async ({ todos }) => {
    const repeated = repeatedId(todos);
    if (repeated !== undefined) {
      throw new ToolFailure(
        `The list was not changed: two steps have the id ${JSON.stringify(repeated)}. Give each its own id.`,
      );
    }
    const active = todos.filter((todo) => todo.status === "in_progress").map((todo) => todo.id);
    if (active.length > 1) {
      const ids = active.join(", ");
      throw new ToolFailure(
        `The list was not changed: at most one step can be in_progress, but these are: ${ids}.`,
      );
    }
    return success(describe(todos), { todos });
  },
});

function describe(todos: Todo[]): string {
  if (todos.length === 0) return "The list is now empty.";
  const completed = todos.filter((todo) => todo.status === "completed").length;
  return `The list is saved: ${completed} of ${todos.length} completed.`;
}
