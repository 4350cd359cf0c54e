import type { HistoryMessage, Message } from "../../message.ts";
import type { ModelFile, ModelRequest } from "../../model.ts";
import type { SecretMask } from "../../settings.ts";

export interface RequestMasks {
  /** For what people, tools and files say. */
  given: SecretMask;
  /** For what the model wrote itself: it knows no real key, and its examples of keys must stay as they are. */
  written: SecretMask;
}

/** Masks what is sent to a model. Images and documents stay as they are. */
export async function maskRequest(request: ModelRequest, masks: RequestMasks): Promise<ModelRequest> {
  const files = [...request.files].map(
    async ([id, file]) => [id, await maskFile(file, masks.given)] as const,
  );
  return {
    ...request,
    system: masks.given.text(request.system),
    history: request.history.map((entry) => maskEntry(entry, masks)),
    files: new Map(await Promise.all(files)),
  };
}

function maskEntry(entry: HistoryMessage, masks: RequestMasks): HistoryMessage {
  const { message } = entry;
  const content =
    message.role === "assistant" ? maskAnswer(message, masks) : masks.given.json(message.content);
  return content === message.content ? entry : { ...entry, message: { ...message, content } };
}

/** A provider refuses reasoning that was changed, and only the provider that wrote it gets it. */
function maskAnswer({ content }: Message, { written }: RequestMasks): Message["content"] {
  return content.map((part) => (part.type === "reasoning" ? part : written.json(part)));
}

async function maskFile(file: ModelFile, mask: SecretMask): Promise<ModelFile> {
  const isText = /^text\/|[/+](json|xml)$/.test(file.mediaType);
  return isText ? { ...file, bytes: await mask.bytes(file.bytes) } : file;
}
