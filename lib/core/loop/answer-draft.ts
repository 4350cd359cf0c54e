import type { HistoryMessage, MessagePart, ProviderMetadata } from "../../message.ts";
import { ModelError } from "../../model.ts";
import type { ModelEvent } from "../../model.ts";
import type { Usage } from "../../task.ts";
import { noUsage } from "../../task.ts";
import { wellFormed } from "../../well-formed.ts";

/** What a model has streamed so far, as the parts of a message. */
export interface AnswerDraft {
  parts: MessagePart[];
  /** One entry for each part. */
  metadata: ProviderMetadata[];
  finish: { reason: string; usage: Usage } | undefined;
}

export function createAnswerDraft(): AnswerDraft {
  return { parts: [], metadata: [], finish: undefined };
}

export function addEvent(draft: AnswerDraft, event: ModelEvent): void {
  switch (event.type) {
    case "text":
    case "reasoning":
      return appendText(draft, event.type, event.text);
    case "part-metadata":
      return annotateLast(draft, event.part, event.providerMetadata);
    case "tool-call": {
      const { toolCallId, toolName, input, providerMetadata } = event;
      const part = { type: "tool-call", toolCallId, toolName, input: parseInput(input) } as const;
      return addPart(draft, part, providerMetadata);
    }
    case "finish":
      draft.finish = event;
  }
}

/** Throws ModelError when the stream was cut, or when the answer holds nothing but reasoning. */
export function checkComplete({ parts, finish }: AnswerDraft): void {
  if (finish === undefined)
    throw new ModelError("network", "The stream of the model ended before its answer did.");
  if (parts.some((part) => part.type !== "reasoning")) return;
  if (finish.reason === "content-filter")
    throw new ModelError("refused", "The provider's content filter held the answer back.");
  throw new ModelError("malformed", "The model answered with nothing.");
}

/** The parts of a complete answer. Providers repeat ids of tool calls; an id in `taken` is replaced by a free one. */
export function completedParts({ parts, metadata, finish }: AnswerDraft, taken: Set<string>) {
  return {
    parts: parts.map((part) =>
      part.type === "tool-call" ? { ...part, toolCallId: takeFreeId(part.toolCallId, taken) } : part,
    ),
    providerMetadata: metadata,
    usage: finish?.usage ?? noUsage,
  };
}

/** The ids of all tool calls of a conversation. */
export function callIdsIn(history: readonly HistoryMessage[]): Set<string> {
  const parts = history.flatMap(({ message }) => message.content);
  return new Set(parts.flatMap((part) => (part.type === "tool-call" ? [part.toolCallId] : [])));
}

function appendText(draft: AnswerDraft, type: "text" | "reasoning", text: string): void {
  const last = draft.parts.at(-1);
  if (last?.type === type && draft.metadata.at(-1) === null) last.text += text;
  else if (text !== "") addPart(draft, { type, text }, null);
}

function addPart({ parts, metadata }: AnswerDraft, part: MessagePart, provided: ProviderMetadata): void {
  parts.push(part);
  metadata.push(provided);
}

function annotateLast(draft: AnswerDraft, type: "text" | "reasoning", provided: ProviderMetadata): void {
  const { parts, metadata } = draft;
  const isOpen = parts.at(-1)?.type === type && metadata.at(-1) === null;
  if (isOpen) metadata[metadata.length - 1] = provided;
  else if (type === "reasoning") addPart(draft, { type, text: "" }, provided); // Redacted reasoning has no text.
}

/** Text that is not JSON stays text. The check of the tool's input then tells the model what is wrong. */
function parseInput(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return wellFormed(JSON.parse(text) as unknown); // An escape may be half of a pair.
  } catch {
    return text;
  }
}

function takeFreeId(wanted: string, taken: Set<string>): string {
  let id = wanted === "" ? "call" : wanted;
  for (let count = 2; taken.has(id); count++) id = `${wanted || "call"}_${count}`;
  taken.add(id);
  return id;
}
