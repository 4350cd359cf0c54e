import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CutCall, EndedCall, Preview, Revisions, Tool, ToolContext, ToolOutput } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import type { InputOf, InputSchema } from "./input-schema.ts";

/** A tool whose methods take their input in the type that `inputSchema` describes. */
export interface ToolDefinition<Schema extends InputSchema> extends Omit<
  Tool,
  "description" | "inputSchema" | "subject" | "preview" | "revisions" | "sync" | "remains" | "cut" | "run"
> {
  inputSchema: Schema;
  subject(input: InputOf<Schema>, host: WorkspaceHost): string;
  preview?(input: InputOf<Schema>, host: WorkspaceHost): Promise<Preview>;
  revisions?(input: InputOf<Schema>, host: WorkspaceHost): Promise<Revisions>;
  sync?(input: InputOf<Schema>, host: WorkspaceHost): Promise<void>;
  remains?(input: InputOf<Schema>, context: EndedCall): Promise<Record<string, unknown>>;
  cut?(input: InputOf<Schema>, call: CutCall): ToolOutput;
  run(input: InputOf<Schema>, context: ToolContext): Promise<ToolOutput>;
}

/** Adds the prompt text: for `<tool>.ts`, given as its `import.meta.url`, the text of `<tool>.md` beside it. */
export function defineTool<Schema extends InputSchema>(
  source: string,
  definition: ToolDefinition<Schema>,
): Tool {
  const prompt = fileURLToPath(source).replace(/\.[jt]s$/, ".md");
  const tool: ToolDefinition<Schema> & Pick<Tool, "description"> = {
    ...definition,
    description: readFileSync(prompt, "utf8").trim(),
  };
  // Callers pass only input that the toolbox has validated against `inputSchema`, so the methods may take its type.
  return tool as unknown as Tool;
}
