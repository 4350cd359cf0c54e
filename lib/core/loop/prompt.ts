import { AppError } from "../../errors.ts";
import type { HistoryMessage } from "../../message.ts";
import type { ModelFile, ModelRequest } from "../../model.ts";
import { timestamp } from "../../ports/clock.ts";
import type { ResolvedSettings } from "../../settings.ts";
import type { Task } from "../../task.ts";
import type { Tool, ToolSpec } from "../../tool.ts";
import type { WorkspaceHost } from "../../workspace.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { conversationOf } from "./conversation.ts";
import { maskRequest } from "./mask-request.ts";
import { whoseWordsCount, withRepositoryText } from "./repository-text.ts";
import type { TaskLookup } from "./task-lookup.ts";

export interface PromptContext
  extends
    Pick<TaskLookup, "agentOf" | "maskOf" | "sessionOf">,
    Pick<Runtime, "hosts" | "defaultModel" | "masking"> {
  storage: Pick<Runtime["storage"], "attachments" | "messages">;
  toolbox: Pick<Runtime["toolbox"], "tools">;
  clock: Pick<Runtime["clock"], "now">;
}

export interface BuildRequestOptions {
  task: Task;
  settings: ResolvedSettings;
  signal: AbortSignal;
}

/** A larger attachment is named to the model, but not sent. */
const fileBytesMax = 20 * 1024 * 1024;
/** Bound of all attachments together. The newest are sent; older ones that do not fit are only named. */
const allFilesBytesMax = 64 * 1024 * 1024;

/** All that is sent to the model for the next step of a task. It does not depend on the client. */
export async function buildRequest(
  context: PromptContext,
  { task, settings, signal }: BuildRequestOptions,
): Promise<ModelRequest> {
  const { workspaceId } = context.sessionOf(task);
  const agent = context.agentOf(task);
  const host = context.hosts.open(workspaceId);
  const model = settings.model ?? context.defaultModel;
  if (model === undefined)
    throw new AppError("model-not-configured", "No model is chosen for this task any more.");
  const history = context.storage.messages.history(task.sessionId);
  const conversation = conversationOf(task.sessionId, history);
  const tools = context.toolbox.tools.filter((tool) => agent.tools?.includes(tool.name) ?? true);
  const today = timestamp(context.clock.now()).slice(0, 10);
  const sections = [agent.systemPrompt, describeSurroundings(host, settings, today), whoseWordsCount];
  const request = {
    model,
    system: sections.filter(Boolean).join("\n\n"),
    history: await withRepositoryText(conversation, host),
    files: await readFiles(history, context.storage.attachments),
    tools: tools.map(toolSpec),
    reasoningEffort: settings.reasoningEffort,
    signal,
  };
  return maskRequest(request, { given: context.maskOf(task), written: context.masking.of("values") });
}

function toolSpec({ name, description, inputSchema, effect }: Tool): ToolSpec {
  return { name, description, inputSchema, effect };
}

function describeSurroundings(host: WorkspaceHost, settings: ResolvedSettings, today: string): string {
  return [
    "# Surroundings",
    `Workspace: ${host.workingFolder} (paths may be relative to it)`,
    `Platform: ${process.platform}`,
    `Today: ${today}`,
    `Plan mode: ${settings.planMode ? "on" : "off"}`,
    ...(settings.permissionMode === "read-only"
      ? ["Permission mode: read-only, nothing can be changed"]
      : []),
  ].join("\n");
}

type AttachmentReader = Pick<Runtime["storage"]["attachments"], "read">;

async function readFiles(
  history: readonly HistoryMessage[],
  attachments: AttachmentReader,
): Promise<Map<string, ModelFile>> {
  const files = new Map<string, ModelFile>();
  const newestFirst = history.toReversed().flatMap(({ message }) => message.files);
  let bytesLeft = allFilesBytesMax;
  for (const { id, name, mediaType, sizeBytes } of newestFirst) {
    if (files.has(id) || sizeBytes > Math.min(fileBytesMax, bytesLeft)) continue;
    const bytes = await readAttachment(id, attachments);
    if (bytes === undefined) continue;
    bytesLeft -= bytes.length;
    files.set(id, { fileId: id, name, mediaType, bytes });
  }
  return files;
}

/** Undefined when the bytes are missing, as they may be after a restore. Then the file is described in words. */
async function readAttachment(id: string, attachments: AttachmentReader): Promise<Uint8Array | undefined> {
  try {
    return await attachments.read(id);
  } catch (error) {
    if (error instanceof AppError && ["not-found", "busy"].includes(error.code)) return undefined;
    throw error;
  }
}
