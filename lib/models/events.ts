import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import type { ProviderMetadata } from "../message.ts";
import { ModelError, type ModelEvent } from "../model.ts";
import { type Rates, usageFrom } from "./catalogue/pricing.ts";

type Part = LanguageModelV4StreamPart;
type Finish = Extract<Part, { type: "finish" }>;

export interface EventOptions {
  /** The key under which metadata is kept; see `ownMetadata`. */
  providerId: string;
  rates: Rates;
}

/** The stream of a provider package as our events. Throws what an error part carries, and `cutShort` when no `finish` comes. */
export async function* eventsFrom(
  stream: ReadableStream<Part>,
  { providerId, rates }: EventOptions,
): AsyncGenerator<ModelEvent, void, undefined> {
  const context: EventContext = { providerId, rates, metadata: new Map() };
  for await (const part of stream) {
    const event = eventOf(part, context);
    if (event === undefined) continue;
    yield event;
    if (event.type === "finish") return;
  }
  throw cutShort();
}

interface EventContext extends EventOptions {
  /** Metadata of the text and reasoning that have not ended, by kind and id. */
  metadata: Map<string, SharedV4ProviderMetadata>;
}

function eventOf(part: Part, context: EventContext): ModelEvent | undefined {
  switch (part.type) {
    case "text-delta":
    case "reasoning-delta":
      remember(part, context);
      if (part.delta === "") return undefined;
      return { type: part.type === "text-delta" ? "text" : "reasoning", text: part.delta };
    case "text-start":
    case "reasoning-start":
      remember(part, context);
      return undefined;
    case "text-end":
    case "reasoning-end":
      return metadataOf(part, context);
    case "tool-call": {
      const { type, toolCallId, toolName, input } = part;
      const providerMetadata = own(part.providerMetadata, context);
      return { type, toolCallId, toolName, input, providerMetadata };
    }
    case "error":
      throw part.error;
    case "finish":
      return { type: "finish", reason: reasonOf(part), usage: usageFrom(part.usage, context.rates) };
    default:
      return undefined; // Warnings, ids, pings, pieces of tool input, and parts of tools that the provider runs itself.
  }
}

/** Reasoning always gets this event, even without metadata, because it goes back only to the provider that gave it. */
function metadataOf(
  part: Extract<Part, { type: "text-end" | "reasoning-end" }>,
  context: EventContext,
): ModelEvent | undefined {
  remember(part, context);
  const metadata = context.metadata.get(keyOf(part));
  context.metadata.delete(keyOf(part));
  const kind = part.type === "reasoning-end" ? "reasoning" : "text";
  if (metadata === undefined && kind === "text") return undefined;
  return { type: "part-metadata", part: kind, providerMetadata: own(metadata ?? {}, context) };
}

function own(metadata: SharedV4ProviderMetadata | undefined, { providerId }: EventContext): ProviderMetadata {
  return metadata === undefined ? null : { [providerId]: metadata };
}

export function cutShort(): ModelError {
  return new ModelError("network", "The connection closed before the answer was complete.");
}

function keyOf({ type, id }: { type: string; id: string }): string {
  return `${type.split("-", 1)[0]} ${id}`;
}

/** Metadata of a text or reasoning may come with its start, any delta, or its end. */
function remember(
  part: { type: string; id: string; providerMetadata?: SharedV4ProviderMetadata },
  { metadata }: EventContext,
): void {
  if (part.providerMetadata === undefined) return;
  const known = metadata.get(keyOf(part)) ?? {};
  const merged = Object.entries(part.providerMetadata).map(([name, value]) => [
    name,
    { ...known[name], ...value },
  ]);
  metadata.set(keyOf(part), { ...known, ...Object.fromEntries(merged) });
}

/** When a stream ends without a reason, the packages invent a `finish` that lacks the provider's own word (`raw`). */
function reasonOf({
  finishReason: { unified, raw },
}: Finish): Extract<ModelEvent, { type: "finish" }>["reason"] {
  switch (unified) {
    case "stop":
    case "length":
    case "tool-calls":
    case "content-filter":
    case "other":
      return unified;
    case "error":
      if (raw === undefined) throw cutShort();
      throw new ModelError("malformed", `The model stopped because of an error (${raw}).`);
    case "interrupted":
      throw cutShort();
  }
}
