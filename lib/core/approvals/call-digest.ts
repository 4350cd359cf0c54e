import { createHash } from "node:crypto";
import type { Action } from "../../action.ts";
import { requireFound } from "../../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Task } from "../../task.ts";
import { commandRevision } from "./command-revision.ts";
import type { Preview, Tool, ToolCall } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";

/** A tool call whose tool is known and whose input is valid. */
export interface PreparedCall {
  task: Task;
  call: ToolCall;
  tool: Tool;
  input: Record<string, unknown>;
  host: WorkspaceHost;
}

/** What a permitted call runs with. */
export interface Permission {
  /** A person may have changed it. */
  input: Record<string, unknown>;
  /** The resolved action, or null when nobody had to be asked. */
  action: Action | null;
}

export interface PreviewContext {
  storage: { sessions: Pick<Runtime["storage"]["sessions"], "get"> };
  git: Pick<Runtime["git"], "head" | "worktreeState">;
}

/** What a person is shown of a call. The revision is the state of the file, or of all that a command could run. */
export async function previewCall(
  { storage, git }: PreviewContext,
  { task, tool, input, host }: Omit<PreparedCall, "call">,
): Promise<Preview> {
  const { workspaceId } = requireFound(storage.sessions.get(task.sessionId), "session", task.sessionId);
  const { preview, revision } = (await tool.preview?.(input, host)) ?? { preview: null, revision: "" };
  if (tool.asks === "command") {
    const context = { workspaceId, git, files: host.files };
    return { preview, revision: await commandRevision(context, tool.subject(input, host)) };
  }
  return { preview, revision: tool.asks === "fetch" ? ((await git.head(workspaceId)) ?? "") : revision };
}

/** An approval holds only for a call with the same digest. 64 hexadecimal digits. */
export function callDigest(tool: Tool, input: Record<string, unknown>, revision: string): string {
  return createHash("sha256")
    .update(JSON.stringify([tool.name, input, revision]))
    .digest("hex");
}

/** Whether what the call touches is still as it was when the person was asked. The person may have changed the input since. */
export async function isUnchanged(
  context: PreviewContext,
  action: Pick<Action, "input" | "digest">,
  call: Omit<PreparedCall, "call">,
): Promise<boolean> {
  const { revision } = await previewCall(context, call);
  return callDigest(call.tool, action.input, revision) === action.digest;
}
