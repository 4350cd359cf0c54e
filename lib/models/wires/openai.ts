import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { openaiListing } from "./openai-listing.ts";
import { asText } from "./records.ts";
import type { Wire } from "./wire.ts";

/** OpenAI's Responses API. Nothing is stored there: reasoning comes encrypted and goes back with the next request. */
export const openai: Wire = {
  type: "openai",
  defaultBaseUrl: "https://api.openai.com/v1",
  versionSegment: null,
  keyVariable: "OPENAI_API_KEY",
  baseUrlVariable: "OPENAI_BASE_URL",
  mediaTypes: ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"],
  cacheWriteFactor: 1,
  async open({ modelKey, baseUrl, apiKey, fetch }) {
    const { createOpenAI } = await import("@ai-sdk/openai");
    return createOpenAI({ baseURL: baseUrl, apiKey, fetch }).responses(modelKey);
  },
  options: ({ reasoningEffort }) => ({
    // Without this the API makes every property of a tool's schema required.
    strictTools: false,
    providerOptions: {
      openai: {
        store: false,
        ...(reasoningEffort === "none" ? {} : { reasoningEffort, reasoningSummary: "auto" }),
      },
    },
  }),
  shape: withoutUnbackedReasoning,
  listing: openaiListing({ onlyKnownChatModels: true }),
};

/** A reasoning item that came without its encrypted content is unknown to the API and would be refused. */
function withoutUnbackedReasoning(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  const backed = new Set(prompt.flatMap(encryptedItems));
  return prompt.map((message) => {
    if (message.role !== "assistant") return message;
    const content = message.content.filter(
      (part) => part.type !== "reasoning" || backed.has(asText(part.providerOptions?.["openai"]?.["itemId"])),
    );
    return { ...message, content };
  });
}

function encryptedItems(message: LanguageModelV4Message): (string | undefined)[] {
  if (message.role !== "assistant") return [];
  return message.content.flatMap((part) => {
    const known = part.type === "reasoning" ? part.providerOptions?.["openai"] : undefined;
    return asText(known?.["reasoningEncryptedContent"]) === undefined ? [] : [asText(known?.["itemId"])];
  });
}
