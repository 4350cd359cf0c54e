import { createHash } from "node:crypto";
import type { Preview, Tool } from "../tool.ts";
import type { WorkspaceHost } from "../workspace.ts";

/** What a person is shown of a call, and the state of what it would touch. */
export async function show(
  tool: Tool,
  input: Record<string, unknown>,
  host: WorkspaceHost,
): Promise<Preview> {
  return (await tool.preview?.(input, host)) ?? { preview: null, revision: "" };
}

/** What an approval is bound to, as 64 hexadecimal digits. */
export function digestOf(tool: Tool, input: Record<string, unknown>, revision: string): string {
  return createHash("sha256")
    .update(JSON.stringify([tool.name, input, revision]))
    .digest("hex");
}
