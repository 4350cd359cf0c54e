import { AppError } from "../errors.ts";
import { ToolFailure, type Tool, type Toolbox } from "../tool.ts";
import { fail, type BeginSpan } from "./begin.ts";

/** The same tools. Each run is a span, without its input and output. */
export function traceToolbox(toolbox: Toolbox, begin: BeginSpan): Toolbox {
  const tools = toolbox.tools.map((tool) => traceTool(tool, begin));
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return { ...toolbox, tools, get: (name) => byName.get(name) };
}

function traceTool(tool: Tool, begin: BeginSpan): Tool {
  const run: Tool["run"] = async (input, context) => {
    const span = begin(`execute_tool ${tool.name}`, {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool.name,
      "gen_ai.tool.type": "function",
    });
    try {
      const output = await tool.run(input, context);
      if (!output.success) fail(span, "failed");
      return output;
    } catch (error) {
      fail(span, errorTypeOf(error));
      throw error;
    } finally {
      span.end();
    }
  };
  return { ...tool, run };
}

/** A ToolFailure is an answer for the model. Any other error means that the tool broke. */
function errorTypeOf(error: unknown): string {
  if (error instanceof ToolFailure) return "failed";
  return error instanceof AppError ? error.code : "internal";
}
