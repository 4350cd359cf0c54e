import type { HistoryMessage, MessagePart, ProviderMetadata } from "../../../lib/message.ts";
import { systemClock, type Clock } from "../../../lib/ports/clock.ts";
import { createModelClient } from "../../../lib/models/index.ts";
import { type ModelClient, ModelError, type ModelEvent, type ModelRequest } from "../../../lib/model.ts";
import type { Provider, ProviderType } from "../../../lib/settings.ts";
import type { ModelServer } from "../../support/models/model-server.ts";
import type { WireName } from "../../support/models/model-streams.ts";
import { limitMs } from "../../support/time/limit.ts";

/** What the tests of this room share: a client that knows one local provider of each type, and ways to ask it. */
export const typeOfWire: Record<WireName, Exclude<ProviderType, "scripted">> = {
  "openai-chat": "openai-compatible",
  "openai-responses": "openai",
  "anthropic-messages": "anthropic",
  google: "google",
};

export const apiKey = "test-key-1234567890";

export function provider(
  type: ProviderType,
  server: Pick<ModelServer, "url">,
  more: Partial<Provider> = {},
): Provider {
  const versions: Partial<Record<ProviderType, string>> = { anthropic: "", google: "/v1beta" };
  const baseUrl = `${server.url}${versions[type] ?? "/v1"}`;
  return { type, baseUrl, apiKey, models: {}, source: "settings", ...more };
}

export function clientOf(
  server: Pick<ModelServer, "url">,
  {
    idleTimeoutMs = limitMs,
    clock = systemClock,
    ...more
  }: { idleTimeoutMs?: number; clock?: Clock } & Partial<Provider> = {},
): ModelClient {
  const types = Object.values(typeOfWire);
  const all = new Map(types.map((type) => [type as string, provider(type, server, more)]));
  return createModelClient({ providers: { providers: () => all }, idleTimeoutMs, clock });
}

export function request(more: Partial<ModelRequest> & { wire?: WireName } = {}): ModelRequest {
  const { wire = "openai-chat", ...fields } = more;
  return {
    model: `m@${typeOfWire[wire]}`,
    system: "Be kind.",
    history: [said("user", [{ type: "text", text: "Hi." }])],
    files: new Map(),
    tools: [],
    reasoningEffort: "none",
    signal: new AbortController().signal,
    ...fields,
  };
}

let messages = 0;

export function said(
  role: HistoryMessage["message"]["role"],
  content: MessagePart[],
  providerMetadata: ProviderMetadata[] = content.map(() => null),
): HistoryMessage {
  const id = `msg_${String(messages++).padStart(26, "0")}`;
  const place = {
    sessionId: "ses_1",
    taskId: "tsk_1",
    position: messages,
    createdAt: "2026-01-01T00:00:00.000Z",
  };
  return { message: { id, role, content, files: [], ...place }, providerMetadata };
}

export function user(text: string): HistoryMessage {
  return said("user", [{ type: "text", text }]);
}

export async function collect(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const all: ModelEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** What was said before it failed, and the failure. */
export async function failing(
  events: AsyncIterable<ModelEvent>,
): Promise<{ said: ModelEvent[]; error: ModelError }> {
  const heard: ModelEvent[] = [];
  try {
    for await (const event of events) heard.push(event);
  } catch (error) {
    if (error instanceof ModelError) return { said: heard, error };
    throw error;
  }
  throw new Error(`It did not fail; it said ${JSON.stringify(heard).slice(0, 300)}`);
}

export function joined(events: readonly ModelEvent[], type: "text" | "reasoning"): string {
  return events.map((event) => (event.type === type ? event.text : "")).join("");
}

/** The events folded into an answer's message, as the agent runtime does it. */
export function asMessage(events: readonly ModelEvent[]): HistoryMessage {
  const parts: { part: MessagePart; metadata: ProviderMetadata; isOpen: boolean }[] = [];
  for (const event of events) {
    const last = parts.at(-1);
    if (event.type === "text" || event.type === "reasoning") {
      if (last?.isOpen === true && last.part.type === event.type) last.part.text += event.text;
      else parts.push({ part: { type: event.type, text: event.text }, metadata: null, isOpen: true });
    } else if (event.type === "part-metadata") {
      if (last?.isOpen !== true || last.part.type !== event.part)
        parts.push({ part: { type: event.part, text: "" }, metadata: event.providerMetadata, isOpen: false });
      else Object.assign(last, { metadata: event.providerMetadata, isOpen: false });
    } else if (event.type === "tool-call") {
      const { toolCallId, toolName, input } = event;
      parts.push({
        part: { type: "tool-call", toolCallId, toolName, input: JSON.parse(input) as unknown },
        metadata: event.providerMetadata,
        isOpen: false,
      });
    }
  }
  return said(
    "assistant",
    parts.map(({ part }) => part),
    parts.map(({ metadata }) => metadata),
  );
}
