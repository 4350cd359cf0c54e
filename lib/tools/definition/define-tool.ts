import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Preview, Revisions, Tool, ToolContext, ToolOutput } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";

/** A tool whose methods see their input in its own type. */
export interface ToolDefinition<Input> extends Omit<
  Tool,
  "description" | "subject" | "preview" | "revisions" | "sync" | "remains" | "run"
> {
  subject(input: Input, host: WorkspaceHost): string;
  preview?(input: Input, host: WorkspaceHost): Promise<Preview>;
  revisions?(input: Input, host: WorkspaceHost): Promise<Revisions>;
  sync?(input: Input, host: WorkspaceHost): Promise<void>;
  remains?(
    input: Input,
    context: Pick<ToolContext, "host" | "taskId" | "toolCallId">,
  ): Promise<Record<string, unknown>>;
  run(input: Input, context: ToolContext): Promise<ToolOutput>;
}

/** Joins the code of a tool with the prompt text beside it: for `<tool>.ts`, given as its `import.meta.url`, `<tool>.md`. */
export function defineTool<Input>(source: string, definition: ToolDefinition<Input>): Tool {
  const prompt = fileURLToPath(source).replace(/\.[jt]s$/, ".md");
  const tool: ToolDefinition<Input> & Pick<Tool, "description"> = {
    ...definition,
    description: readFileSync(prompt, "utf8").trim(),
  };
  // The one cast of the room: by the promise of the port, input was validated against the schema that stands beside `Input`.
  return tool as unknown as Tool;
}
