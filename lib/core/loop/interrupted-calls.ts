import type { ToolOutput } from "../../message.ts";
import { ToolFailure } from "../../tool.ts";
import type { Tool, ToolCall } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import { failure, interruptedMessage } from "./run-tool-call.ts";

export interface InterruptedCall {
  tool: Tool;
  input: Record<string, unknown>;
  host: WorkspaceHost;
}

/** The result of a call that had started when another run of the server ended, or undefined when it may run (again). */
export async function resultOfInterrupted(
  call: ToolCall,
  cut: InterruptedCall,
): Promise<ToolOutput | undefined> {
  if (call.state !== "started" || cut.tool.effect === "pure") return undefined;
  const present = await presentState(call, cut);
  if (present !== undefined && present === call.change?.after) return { success: true, message: doneBefore };
  if (present !== undefined && present === call.change?.before) return undefined;
  return failure(interruptedMessage, await cut.tool.remains?.(cut.input, { ...call, host: cut.host }));
}

const doneBefore =
  "Done. A restart of the server cut the report; the file holds what this call was to make of it.";

async function presentState(
  { change }: ToolCall,
  { tool, input, host }: InterruptedCall,
): Promise<string | undefined> {
  try {
    const present = change === null ? undefined : (await tool.revisions?.(input, host))?.present;
    if (present !== undefined && present === change?.after) await tool.sync?.(input, host); // It will be said to be done.
    return present;
  } catch (error) {
    if (error instanceof ToolFailure) return undefined;
    throw error;
  }
}
