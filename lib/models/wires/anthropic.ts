import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { asArray, asNumber, asRecord, asText } from "./records.ts";
import type { ListedModel, Wire } from "./wire.ts";

/** Anthropic's Messages API, and what others offer under that form. */
export const anthropic: Wire = {
  type: "anthropic",
  defaultBaseUrl: "https://api.anthropic.com/v1",
  versionSegment: "v1",
  keyVariable: "ANTHROPIC_API_KEY",
  baseUrlVariable: "ANTHROPIC_BASE_URL",
  mediaTypes: ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"],
  // Five-minute writes, platform.claude.com/docs/en/about-claude/pricing, November 2026.
  cacheWriteFactor: 1.25,
  async open({ modelKey, baseUrl, apiKey, fetch }) {
    const { createAnthropic } = await import("@ai-sdk/anthropic");
    return createAnthropic({ baseURL: baseUrl, apiKey, fetch }).messages(modelKey);
  },
  options: ({ modelKey, reasoningEffort }) => ({
    // The API demands a limit. The package knows those of Claude and would give any other model 4,096.
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
 * Marks what the next request will begin with as well: the system prompt (tools stand before it), and the last two
 * messages that are not the model's, so that the newer mark is written while the older one is read.
 */
function withCaching(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  const said = prompt.flatMap(({ role }, index) => (role === "user" || role === "tool" ? [index] : []));
  const marked = new Set(said.slice(-2));
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
