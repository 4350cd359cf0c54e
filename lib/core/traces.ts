import { ToolFailure } from "../tool.ts";
import type { Tool, ToolCall } from "../tool.ts";
import type { WorkspaceHost } from "../workspace.ts";

/** What is to be seen of a call that had started when another life of the server ended. */
export async function tracesOf(
  { change }: ToolCall,
  { tool, input, host }: { tool: Tool; input: Record<string, unknown>; host: WorkspaceHost },
): Promise<"done" | "untouched" | "unknown"> {
  if (change === null || tool.revisions === undefined) return "unknown";
  try {
    const { present } = await tool.revisions(input, host);
    if (present === change.after) return "done";
    return present === change.before ? "untouched" : "unknown";
  } catch (error) {
    if (error instanceof ToolFailure) return "unknown";
    throw error;
  }
}
