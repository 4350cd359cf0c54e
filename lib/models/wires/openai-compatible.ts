import { openaiListing } from "./openai-listing.ts";
import type { Wire } from "./wire.ts";

/** The Chat Completions API as providers other than OpenAI implement it. */
export const openaiCompatible: Wire = {
  type: "openai-compatible",
  defaultBaseUrl: null,
  versionSegment: null,
  keyVariable: "OPENAI_COMPATIBLE_API_KEY",
  baseUrlVariable: "OPENAI_COMPATIBLE_BASE_URL",
  mediaTypes: ["image/png", "image/jpeg", "image/gif", "image/webp"],
  cacheWriteFactor: 1,
  async open({ modelKey, baseUrl, apiKey, fetch }) {
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    const provider = createOpenAICompatible({
      name: "compatible",
      baseURL: baseUrl,
      includeUsage: true,
      fetch,
      ...(apiKey === "" ? {} : { apiKey }),
    });
    return provider.chatModel(modelKey);
  },
  options: ({ reasoningEffort }) => (reasoningEffort === "none" ? {} : { reasoning: reasoningEffort }),
  // Reasoning goes back as `reasoning_content`: DeepSeek and Kimi answer 400 when messages with tool calls lack it.
  shape: (prompt) => prompt,
  listing: openaiListing({ onlyKnownChatModels: false }),
};
