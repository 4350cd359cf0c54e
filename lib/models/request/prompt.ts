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

type Said = Pick<ModelRequest, "system" | "history" | "files">;
type UserMessage = Extract<LanguageModelV4Message, { role: "user" }>;
type AssistantPart = LanguageModelV4TextPart | LanguageModelV4ReasoningPart | LanguageModelV4ToolCallPart;

export interface PromptOptions {
  /** Only what this provider gave goes back to it. */
  providerId: string;
  /** Media types that are sent as they are. */
  mediaTypes: readonly string[];
}

/** The conversation as providers take it: never an empty message, never two of the user in a row, never the model's last. */
export function promptFrom(said: Said, options: PromptOptions): LanguageModelV4Prompt {
  const prompt: LanguageModelV4Prompt = isBlank(said.system)
    ? []
    : [{ role: "system", content: said.system }];
  for (const entry of said.history) {
    const message = messageFrom(entry, said, options);
    if (message !== undefined) append(prompt, message);
  }
  // Models refuse to go on from their own words; this happens where one was cut.
  if (prompt.at(-1)?.role === "assistant") append(prompt, userMessage("Continue."));
  return prompt;
}

/** What a provider gave is kept under the provider's id, so that another one never sees it. */
export function ownMetadata(
  metadata: ProviderMetadata | undefined,
  providerId: string,
): SharedV4ProviderOptions | undefined {
  const own = metadata?.[providerId];
  // Written by `eventsFrom` of this room and stored as it was.
  return own === undefined ? undefined : (asRecord(own) as SharedV4ProviderOptions);
}

function messageFrom(
  { message, providerMetadata }: HistoryMessage,
  said: Said,
  options: PromptOptions,
): LanguageModelV4Message | undefined {
  if (message.role === "user") {
    const content = message.content.flatMap((part) => {
      if (part.type === "text") return isBlank(part.text) ? [] : [{ type: "text" as const, text: part.text }];
      if (part.type === "file") return [filePart(part.fileId, { message, files: said.files, ...options })];
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
    // Reasoning of another provider's model means nothing to this one.
    if (part.type === "reasoning")
      return own === undefined ? [] : [{ type: "reasoning", text: part.text, ...providerOptions }];
    if (part.type !== "tool-call") return [];
    const { toolCallId, toolName } = part;
    return [{ type: "tool-call", toolCallId, toolName, input: objectInput(part.input), ...providerOptions }];
  });
  // Reasoning that led to nothing is refused when it stands alone.
  return content.every((part) => part.type === "reasoning") ? undefined : { role: "assistant", content };
}

/** Providers want an object, even where the model wrote something else. */
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

/** Neighbouring texts become one, because simple servers take a string only. */
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
