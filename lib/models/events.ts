import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import { ModelError, type ModelEvent } from "../model.ts";
import { type Rates, usageFrom } from "./catalogue/pricing.ts";

type Part = LanguageModelV4StreamPart;
type Finish = Extract<Part, { type: "finish" }>;

export interface EventOptions {
  /** Metadata is kept under it; see `ownMetadata`. */
  providerId: string;
  rates: Rates;
}

/** A package's stream as our events. Throws what an error part holds; ends without `finish` when the stream was cut. */
export async function* eventsFrom(
  stream: ReadableStream<Part>,
  { providerId, rates }: EventOptions,
): AsyncGenerator<ModelEvent, void, undefined> {
  const open = new Map<string, SharedV4ProviderMetadata>();
  const own = (metadata: SharedV4ProviderMetadata | undefined) =>
    metadata === undefined ? null : { [providerId]: metadata };
  for await (const part of stream) {
    switch (part.type) {
      case "text-delta":
      case "reasoning-delta":
        remember(open, part);
        if (part.delta !== "")
          yield { type: part.type === "text-delta" ? "text" : "reasoning", text: part.delta };
        break;
      case "text-start":
      case "reasoning-start":
        remember(open, part);
        break;
      case "text-end":
      case "reasoning-end": {
        remember(open, part);
        const metadata = open.get(keyOf(part));
        open.delete(keyOf(part));
        const isReasoning = part.type === "reasoning-end";
        // Reasoning is always marked, for it goes back only to the provider that gave it.
        if (metadata !== undefined || isReasoning) {
          const kind = isReasoning ? "reasoning" : "text";
          yield { type: "part-metadata", part: kind, providerMetadata: own(metadata ?? {}) };
        }
        break;
      }
      case "tool-call": {
        const { toolCallId, toolName, input } = part;
        yield {
          type: "tool-call",
          toolCallId,
          toolName,
          input,
          providerMetadata: own(part.providerMetadata),
        };
        break;
      }
      case "error":
        throw part.error;
      case "finish":
        yield { type: "finish", reason: reasonOf(part), usage: usageFrom(part.usage, rates) };
        return;
      default: // Warnings, ids and pings, tool input that comes whole with its call, and what only tools of the provider's own send.
        break;
    }
  }
  throw cutShort();
}

export function cutShort(): ModelError {
  return new ModelError("network", "The answer was cut off before its end.");
}

function keyOf({ type, id }: { type: string; id: string }): string {
  return `${type.split("-", 1)[0]} ${id}`;
}

/** Metadata of a part may come with its start, any delta, or its end. */
function remember(
  open: Map<string, SharedV4ProviderMetadata>,
  part: { type: string; id: string; providerMetadata?: SharedV4ProviderMetadata },
): void {
  if (part.providerMetadata === undefined) return;
  const known = open.get(keyOf(part)) ?? {};
  const merged = Object.entries(part.providerMetadata).map(([name, value]) => [
    name,
    { ...known[name], ...value },
  ]);
  open.set(keyOf(part), { ...known, ...Object.fromEntries(merged) });
}

/** Packages make up a `finish` when a stream just ends; then the provider's own word is missing. */
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
