import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ReasoningPart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultPart,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import type { HistoryMessage, MessagePart, ProviderMetadata, ToolResultPart } from "../../message.ts";
import type { ModelRequest } from "../../model.ts";
import { filePart } from "./files.ts";
import { asRecord } from "../wires/records.ts";
import { callText, outputText } from "./tool-text.ts";

type Conversation = Pick<ModelRequest, "system" | "history" | "files">;
type UserMessage = Extract<LanguageModelV4Message, { role: "user" }>;
type AssistantPart = LanguageModelV4TextPart | LanguageModelV4ReasoningPart | LanguageModelV4ToolCallPart;

export interface PromptOptions {
  /** Metadata and reasoning go back only to the provider that gave them. */
  providerId: string;
  /** Media types that are sent as files. */
  mediaTypes: readonly string[];
}

/** The conversation in a form all providers accept: no empty message, no two user messages in a row, no model message last. */
export function promptFrom(conversation: Conversation, options: PromptOptions): LanguageModelV4Prompt {
  const prompt: LanguageModelV4Prompt = isBlank(conversation.system)
    ? []
    : [{ role: "system", content: conversation.system }];
  for (const entry of conversation.history) {
    const message = messageFrom(entry, conversation, options);
    if (message !== undefined) append(prompt, message);
  }
  // Models refuse to continue their own message. The history ends with one where an answer was cut.
  if (prompt.at(-1)?.role === "assistant") append(prompt, userMessage("Continue."));
  return prompt;
}

/** Metadata is kept under the id of the provider that gave it, so that no other provider ever sees it. */
export function ownMetadata(
  metadata: ProviderMetadata | undefined,
  providerId: string,
): SharedV4ProviderOptions | undefined {
  const own = metadata?.[providerId];
  // `eventsFrom` wrote it in this form, and it was stored unchanged.
  return own === undefined ? undefined : (asRecord(own) as SharedV4ProviderOptions);
}

function messageFrom(
  { message, providerMetadata }: HistoryMessage,
  conversation: Conversation,
  options: PromptOptions,
): LanguageModelV4Message | undefined {
  if (message.role === "user") {
    const content = message.content.flatMap((part) => {
      if (part.type === "text") return isBlank(part.text) ? [] : [{ type: "text" as const, text: part.text }];
      if (part.type === "file")
        return [filePart(part.fileId, { message, files: conversation.files, ...options })];
      return [];
    });
    return content.length === 0 ? undefined : { role: "user", content };
  }
  if (message.role === "tool") return toolMessage(message.content);
  return assistantMessage(message.content, (index) =>
    ownMetadata(providerMetadata[index], options.providerId),
  );
}

function assistantMessage(
  parts: readonly MessagePart[],
  metadataOf: (index: number) => SharedV4ProviderOptions | undefined,
): LanguageModelV4Message | undefined {
  const content = parts.flatMap((part, index): AssistantPart[] => {
    const own = metadataOf(index);
    const providerOptions = own === undefined ? {} : { providerOptions: own };
    if (part.type === "text")
      return isBlank(part.text) ? [] : [{ type: "text", text: part.text, ...providerOptions }];
    // A model cannot use the reasoning of another provider's model.
    if (part.type === "reasoning")
      return own === undefined ? [] : [{ type: "reasoning", text: part.text, ...providerOptions }];
    if (part.type !== "tool-call") return [];
    const { toolCallId, toolName } = part;
    return [{ type: "tool-call", toolCallId, toolName, input: objectInput(part.input), ...providerOptions }];
  });
  // Providers refuse a message that holds only reasoning.
  return content.every((part) => part.type === "reasoning") ? undefined : { role: "assistant", content };
}

/** Providers require an object, even where the model wrote something else. */
function objectInput(input: unknown): unknown {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  return isObject ? input : { invalidInput: input ?? null };
}

function toolMessage(parts: readonly MessagePart[]): LanguageModelV4Message | undefined {
  if (parts.some((part) => part.type === "tool-call")) return userMessage(callText(parts));
  const content = parts.filter((part) => part.type === "tool-result").map(toolResult);
  return content.length === 0 ? undefined : { role: "tool", content };
}

function toolResult({
  toolCallId,
  toolName,
  output,
  isError,
}: ToolResultPart): LanguageModelV4ToolResultPart {
  const type = isError ? "error-text" : "text";
  return { type: "tool-result", toolCallId, toolName, output: { type, value: outputText(output) } };
}

function append(prompt: LanguageModelV4Prompt, message: LanguageModelV4Message): void {
  const last = prompt.at(-1);
  if (last?.role === "user" && message.role === "user") prompt.splice(-1, 1, joined(last, message));
  else prompt.push(message);
}

/** Merges texts that meet into one, because simple servers accept only a string. */
function joined(first: UserMessage, second: UserMessage): UserMessage {
  const content = [...first.content];
  for (const part of second.content) {
    const last = content.at(-1);
    if (last?.type === "text" && part.type === "text")
      content.splice(-1, 1, { type: "text", text: `${last.text}\n\n${part.text}` });
    else content.push(part);
  }
  return { role: "user", content };
}

function userMessage(text: string): UserMessage {
  return { role: "user", content: [{ type: "text", text }] };
}

function isBlank(text: string): boolean {
  return text.trim() === "";
}
