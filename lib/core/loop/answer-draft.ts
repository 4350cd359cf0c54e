import type { MessagePart, ProviderMetadata } from "../../message.ts";
import { ModelError } from "../../model.ts";
import type { ModelEvent, ModelRequest } from "../../model.ts";
import type { Usage } from "../../task.ts";
import { noUsage } from "../../task.ts";
import { wellFormed } from "../../well-formed.ts";

/** Collects a model's stream into the parts of a message. */
export function createAnswerDraft() {
  const parts: MessagePart[] = [];
  const metadata: ProviderMetadata[] = [];
  let end: { reason: string; usage: Usage } | undefined;

  const append = (type: "text" | "reasoning", text: string) => {
    const last = parts.at(-1);
    if (last?.type === type && metadata.at(-1) === null) last.text += text;
    else if (text !== "") push({ type, text }, null);
  };
  const push = (part: MessagePart, providerMetadata: ProviderMetadata) => {
    parts.push(part);
    metadata.push(providerMetadata);
  };
  const annotate = (type: "text" | "reasoning", providerMetadata: ProviderMetadata) => {
    const isOpen = parts.at(-1)?.type === type && metadata.at(-1) === null;
    if (isOpen) metadata[metadata.length - 1] = providerMetadata;
    else if (type === "reasoning") push({ type, text: "" }, providerMetadata); // Redacted reasoning has no text.
  };

  return {
    add: (event: ModelEvent): void => {
      switch (event.type) {
        case "text":
        case "reasoning":
          return append(event.type, event.text);
        case "part-metadata":
          return annotate(event.part, event.providerMetadata);
        case "tool-call":
          return push(
            {
              type: "tool-call",
              toolCallId: event.toolCallId,
              toolName: event.toolName,
              input: parseInput(event.input),
            },
            event.providerMetadata,
          );
        case "finish":
          end = event;
      }
    },
    check: (): void => {
      if (end === undefined)
        throw new ModelError("network", "The stream of the model ended before its answer did.");
      if (parts.some((part) => part.type !== "reasoning")) return;
      if (end.reason === "content-filter")
        throw new ModelError("refused", "The provider's content filter held the answer back.");
      throw new ModelError("malformed", "The model answered with nothing.");
    },
    /** Providers repeat ids; here each id names one call of the session. */
    done: (taken: Set<string>) => ({
      parts: parts.map((part) =>
        part.type === "tool-call" ? { ...part, toolCallId: freeId(part.toolCallId, taken) } : part,
      ),
      providerMetadata: metadata,
      usage: end?.usage ?? noUsage,
    }),
  };
}

export type AnswerDraft = ReturnType<typeof createAnswerDraft>;

/** What is no JSON stays text; the tool's check tells the model so. */
function parseInput(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return wellFormed(JSON.parse(text) as unknown); // An escape may be half of a pair.
  } catch {
    return text;
  }
}

function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted === "" ? "call" : wanted;
  for (let count = 2; taken.has(id); count++) id = `${wanted || "call"}_${count}`;
  taken.add(id);
  return id;
}

export function knownCallIds(request: ModelRequest): Set<string> {
  const parts = request.history.flatMap(({ message }) => message.content);
  return new Set(parts.flatMap((part) => (part.type === "tool-call" ? [part.toolCallId] : [])));
}
