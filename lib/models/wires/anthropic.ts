import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { asArray, asNumber, asRecord, asText } from "./records.ts";
import type { ListedModel, Wire } from "./wire.ts";

/** Anthropic's Messages API, also where other providers offer it. */
export const anthropic: Wire = {
  type: "anthropic",
  defaultBaseUrl: "https://api.anthropic.com/v1",
  versionSegment: "v1",
  keyVariable: "ANTHROPIC_API_KEY",
  baseUrlVariable: "ANTHROPIC_BASE_URL",
  mediaTypes: ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"],
  // Price of writing to the five-minute cache, platform.claude.com/docs/en/about-claude/pricing, November 2026.
  cacheWriteFactor: 1.25,
  async open({ modelKey, baseUrl, apiKey, fetch }) {
    const { createAnthropic } = await import("@ai-sdk/anthropic");
    return createAnthropic({ baseURL: baseUrl, apiKey, fetch }).messages(modelKey);
  },
  options: ({ modelKey, reasoningEffort }) => ({
    // The API requires a limit. The package knows the limits of Claude models and would set 4,096 for any other.
    ...(modelKey.includes("claude") ? {} : { maxOutputTokens: 32_000 }),
    ...(reasoningEffort === "none" ? {} : { reasoning: reasoningEffort }),
  }),
  shape: withCaching,
  listing: {
    path: "/models?limit=1000",
    headers: (apiKey) => ({ "x-api-key": apiKey, "anthropic-version": "2023-06-01" }),
    parse: (body) => asArray(asRecord(body)["data"]).flatMap(listedModel),
  },
};

const cached = { anthropic: { cacheControl: { type: "ephemeral" } } };

/**
 * Marks the end of what the next request will start with too, so that the provider caches it: the system prompt (tools come
 * before it), and the last two messages that are not the model's. The older one of these is read from the cache while the
 * newer one is written to it.
 */
function withCaching(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  const notTheModels = prompt.flatMap(({ role }, index) =>
    role === "user" || role === "tool" ? [index] : [],
  );
  const marked = new Set(notTheModels.slice(-2));
  return prompt.map((message, index) =>
    message.role === "system" || marked.has(index) ? { ...message, providerOptions: cached } : message,
  );
}

function listedModel(value: unknown): ListedModel[] {
  const { id, display_name: name, max_input_tokens: tokens } = asRecord(value);
  const modelKey = asText(id);
  if (modelKey === undefined) return [];
  return [
    {
      modelKey,
      ...(asText(name) === undefined ? {} : { name: String(name) }),
      ...(asNumber(tokens) === undefined ? {} : { contextTokens: Number(tokens) }),
    },
  ];
}
