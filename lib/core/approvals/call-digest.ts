import { createHash } from "node:crypto";
import type { Preview, Tool } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";

/** What a person is shown of a call, and the state of what it would touch: a file, or the commit the workspace is at. */
export async function previewCall(
  tool: Tool,
  input: Record<string, unknown>,
  { host, head }: { host: WorkspaceHost; head(): Promise<string | null> },
): Promise<Preview> {
  const { preview, revision } = (await tool.preview?.(input, host)) ?? { preview: null, revision: "" };
  const isAboutAll = tool.asks === "command" || tool.asks === "fetch";
  return { preview, revision: isAboutAll ? ((await head()) ?? "") : revision };
}

/** What an approval is bound to, as 64 hexadecimal digits. */
export function callDigest(tool: Tool, input: Record<string, unknown>, revision: string): string {
  return createHash("sha256")
    .update(JSON.stringify([tool.name, input, revision]))
    .digest("hex");
}
